import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { VirtualWorld } from '../../world/index.ts';
import { Deadline } from './deadline.ts';
import { readGroupDiscovery, readResourceList } from './discovery-documents.ts';
import { mergeSwagger } from './merge-swagger.ts';
import { readRemoteApi } from './remote-api.ts';
import { userHeaders } from './user-headers.ts';

test('a user is told in headers, whatever the name', () => {
  const headers = userHeaders({
    username: 'jürgen',
    uid: '7',
    groups: ['a', 'b,c'],
    extra: { 'example.com/Scope%': ['x', 'y'], none: [] },
  });
  assert.deepEqual(headers, {
    // UTF-8, a character a byte.
    'x-remote-user': 'j\u00c3\u00bcrgen',
    'x-remote-uid': '7',
    'x-remote-group': ['a', 'b,c'],
    'x-remote-extra-example.com%2FScope%25': ['x', 'y'],
  });
});

describe('an APIService', () => {
  const spec = { group: 'a.test', version: 'v1', groupPriorityMinimum: 1, versionPriority: 2 };

  test('is another server’s only where it names a Service', () => {
    assert.equal(readRemoteApi({ metadata: { name: 'v1.a.test' }, spec }), undefined);
    const conditions = [{ type: 'Available', status: 'True' }];
    const remote = readRemoteApi({
      metadata: { name: 'v1.a.test' },
      spec: { ...spec, service: { namespace: 'n', name: 's' }, caBundle: btoa('PEM') },
      status: { conditions },
    });
    assert.deepEqual(remote?.service, { namespace: 'n', name: 's', port: 443 });
    assert.deepEqual([remote?.certificateAuthority, remote?.isAvailable], ['PEM', true]);
  });
});

describe('what a server says that it serves', () => {
  test('is read from the list of one version, subresources with their parents', () => {
    const text = JSON.stringify({
      resources: [
        { name: 'things/scale', namespaced: true, group: 'autoscaling', version: 'v1', kind: 'Scale', verbs: ['get'] },
        { name: 'things', singularName: 'thing', namespaced: true, kind: 'Thing', verbs: ['list'], shortNames: ['th'] },
      ],
    });
    assert.deepEqual(readResourceList(text, 'a.test', 'v1'), [
      {
        resource: 'things',
        responseKind: { group: 'a.test', version: 'v1', kind: 'Thing' },
        scope: 'Namespaced',
        singularResource: 'thing',
        verbs: ['list'],
        shortNames: ['th'],
        categories: undefined,
        subresources: [
          {
            subresource: 'scale',
            responseKind: { group: 'autoscaling', version: 'v1', kind: 'Scale' },
            verbs: ['get'],
          },
        ],
      },
    ]);
  });

  test('is read from the document of all groups', () => {
    const resource = { resource: 'things', scope: 'Cluster', verbs: [] };
    const items = [
      { metadata: { name: 'a.test' }, versions: [{ version: 'v1', resources: [resource] }, { version: 'v2' }] },
    ];
    const found = readGroupDiscovery(JSON.stringify({ items }));
    assert.deepEqual(
      [...found],
      [
        ['a.test/v1', [resource]],
        ['a.test/v2', []],
      ],
    );
  });
});

describe('Swagger of two servers', () => {
  const reference = (name: string) => ({ $ref: `#/definitions/${name}` });

  test('is one document with what the other’s paths need', () => {
    const ours = { paths: { '/api/': {} }, definitions: { Same: { type: 'string' }, Other: { a: 1 }, Other_v2: {} } };
    const theirs = {
      paths: { '/apis/a.test/x': { schema: reference('Other') }, '/version': {} },
      definitions: {
        Same: { type: 'string' },
        Other: { items: [reference('Same'), reference('Other')] },
        Unneeded: {},
      },
    };
    assert.deepEqual(mergeSwagger(ours, theirs, '/apis/a.test/'), {
      paths: { '/api/': {}, '/apis/a.test/x': { schema: reference('Other_v3') } },
      definitions: {
        Same: { type: 'string' },
        Other: { a: 1 },
        Other_v2: {},
        Other_v3: { items: [reference('Same'), reference('Other_v3')] },
      },
    });
  });

  test('keeps our own paths where both have one', () => {
    const ours = { paths: { '/apis/a.test/': { ours: true } } };
    assert.deepEqual(mergeSwagger(ours, { paths: { '/apis/a.test/': {} } }, '/apis/a.test/').paths, ours.paths);
  });
});

test('a deadline aborts with its time or with the signal that it follows', async () => {
  const world = new VirtualWorld({ seed: 1, drainMicrotasks: () => new Promise(done => setImmediate(done)) });
  const told: string[] = [];
  const short = new Deadline(world.clock, 100);
  const long = new Deadline(world.clock, 1000, short);
  const cleared = new Deadline(world.clock, 50);
  for (const [name, deadline] of Object.entries({ short, long, cleared })) {
    deadline.addEventListener('abort', () => void told.push(name));
  }
  cleared.clear();
  await world.advance(200);
  assert.deepEqual(told, ['long', 'short']);
  assert.deepEqual([long.aborted, long.hasExpired, short.hasExpired, cleared.aborted], [true, false, true, false]);
});
