import { gzipSync } from 'node:zlib';
import type { Scenario } from '../draft.ts';
import { fillPath } from '../draft.ts';
import { contentTypes, damageBody, encodeJson } from '../encode-body.ts';
import { parseAnswer } from '../fuzz-request.ts';
import { isMap } from '../json-value.ts';
import { collectionPath, encode, itemPath, pickPlace } from './object-requests.ts';
import { drawAccept, drawQuery } from './queries.ts';
import { tameCounts } from './tame-counts.ts';

/** Any subresource with any of its methods. */
export const askSubresource: Scenario = function* (draft) {
  const { chance } = draft;
  const resource = chance.pick(draft.ground.model.resources.filter(one => one.subresources.length > 0));
  const subresource = chance.pick(resource.subresources);
  const operation = chance.pick([...subresource.operations.values()]);
  const place = pickPlace(draft);
  const list = yield draft.request('GET', collectionPath(resource, place), { limit: '10' });
  const items: unknown = parseAnswer(list)?.items;
  const there = Array.isArray(items) && items.length > 0 ? (chance.pick(items)?.metadata?.name as string) : place.name;
  const path = fillPath(subresource.template, { ...place, name: there, path: chance.pick(['', 'a', 'a/b', '..']) });
  const query = drawQuery(operation, chance);
  const headers = { accept: drawAccept(chance) };
  const { method } = operation;
  if (method === 'GET' || method === 'DELETE' || operation.bodySchema === undefined) {
    yield { ...draft.request(method, path, query, undefined, headers), readForMs: 300 };
    return;
  }
  const stored = yield draft.request('GET', path);
  const read: unknown = parseAnswer(stored);
  const isObject = stored.status === 200 && isMap(read);
  const kind = String(operation.bodySchema['$ref'] ?? '')
    .split('.')
    .at(-1)!;
  const apiVersion = apiVersions[kind] ?? resource.apiVersion;
  const object = isObject
    ? read
    : draft.seedOf({ apiVersion, kind, schema: operation.bodySchema }, chance.pick(['none', 'generate']));
  if (!isObject) draft.place(object, { ...resource, kind: '' }, { ...place, name: there });
  if (chance.is(0.6)) draft.setFields(object, isObject ? resource.schema : operation.bodySchema);
  if (chance.is(0.2)) draft.disturb(object);
  tameCounts(object);
  if (method !== 'PATCH') {
    yield draft.request(method, path, query, encode(draft, object), headers);
    return;
  }
  const type = chance.pick(['merge-patch+json', 'strategic-merge-patch+json', 'apply-patch+yaml', 'json-patch+json']);
  if (type.startsWith('apply')) Object.assign(query, { fieldManager: 'fuzz', force: 'true' });
  const metadata = object['metadata'];
  if (isMap(metadata)) delete metadata['managedFields'];
  const value =
    type === 'json-patch+json'
      ? [
          {
            op: 'replace',
            path: chance.pick(['/spec/replicas', '/status', '/metadata/labels', '/spec']),
            value: chance.pick([1, null, {}, 'x']),
          },
        ]
      : object;
  yield draft.request('PATCH', path, query, { ...encodeJson(value), type: `application/${type}` }, headers);
};

const apiVersions: Readonly<Record<string, string>> = {
  Scale: 'autoscaling/v1',
  TokenRequest: 'authentication.k8s.io/v1',
  Eviction: 'policy/v1',
  Binding: 'v1',
};

/** Short watches, with every parameter that a watch has. */
export const watchObjects: Scenario = function* (draft) {
  const { chance } = draft;
  const resource = draft.pickResource();
  const place = pickPlace(draft);
  const query = {
    ...drawQuery(resource.collection.operations.get('GET'), chance, 0.2),
    watch: chance.pick(['true', '1', 'true', 'x']),
  };
  const way = chance.weigh([
    [6, 'collection'],
    [2, 'item'],
    [1, 'legacy'],
    [2, 'initial'],
  ] as const);
  if (way === 'initial')
    Object.assign(query, {
      sendInitialEvents: 'true',
      allowWatchBookmarks: 'true',
      resourceVersionMatch: 'NotOlderThan',
    });
  const collection = collectionPath(resource, place);
  const path = {
    collection,
    initial: collection,
    item: itemPath(resource, place),
    legacy: collection.replace(/^(\/api\/v1|\/apis\/[^/]+\/[^/]+)/, '$1/watch'),
  }[way];
  const answer = yield {
    ...draft.request('GET', path, query, undefined, { accept: drawAccept(chance) }),
    readForMs: chance.pick([5, 30, 150]),
  };
  const type = String(answer.headers['content-type'] ?? '');
  if (answer.status !== 200 || !type.startsWith('application/json') || answer.outcome === 'lost') return;
  for (const line of answer.body.toString('utf8').split('\n').slice(0, -1)) {
    draft.expect(isEvent(line), () => `a watch of ${path} said ${line.slice(0, 300)}`);
  }
};

function isEvent(line: string): boolean {
  try {
    return isMap(JSON.parse(line)?.object);
  } catch {
    return false;
  }
}

const otherPaths = [
  '/',
  '/api',
  '/apis',
  '/api/v1',
  '/apis/apps',
  '/apis/apps/v1',
  '/apis/nothing',
  '/apis/apps/v9',
  '/version',
  '/healthz',
  '/livez',
  '/readyz',
  '/livez/ping',
  '/readyz/etcd',
  '/healthz/nothing',
  '/livez?verbose',
  '/readyz?exclude=ping&verbose',
  '/metrics',
  '/metrics/slis',
  '/openapi/v2',
  '/openapi/v3',
  '/openapi/v3/api/v1',
  '/openapi/v3/apis/apps/v1',
  '/openapi/v3/nothing',
  '/openapi/v3/api/v1?hash=x',
  '/.well-known/openid-configuration',
  '/openid/v1/jwks',
  '/logs',
  '/debug/pprof',
  '/swagger.json',
  '/favicon.ico',
  '/statusz',
  '/flagz',
];

export const askElsewhere: Scenario = function* (draft) {
  const { chance } = draft;
  const method = chance.weigh([
    [10, 'GET'],
    [1, 'HEAD'],
    [1, 'POST'],
    [1, 'PUT'],
    [1, 'DELETE'],
    [1, 'OPTIONS'],
    [1, 'PATCH'],
  ]);
  const aggregated = 'application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList';
  const accept = chance.weigh([
    [3, aggregated],
    [2, 'application/com.github.proto-openapi.spec.v2.v1.0+protobuf'],
    [6, drawAccept(chance)],
  ]);
  const path = chance.pick(otherPaths);
  yield draft.request(method, path, {}, method === 'POST' ? encodeJson({}) : undefined, { accept });
};

/** Methods that a path does not take. */
export const mismatchMethod: Scenario = function* (draft) {
  const { chance } = draft;
  const path = chance.pick(draft.ground.model.paths);
  const method = chance.pick(['GET', 'POST', 'PUT', 'PATCH', 'DELETE', 'HEAD', 'OPTIONS', 'TRACE', 'PROPFIND', 'LINK']);
  const filled = fillPath(path.template, { ...pickPlace(draft), path: 'a' });
  const isDeletion = method === 'DELETE';
  const body = ['POST', 'PUT', 'PATCH'].includes(method)
    ? { ...encodeJson(chance.pick<unknown>([{}, [], { kind: 'Pod' }, 'x'])), type: chance.pick(contentTypes) }
    : undefined;
  const query: Record<string, string> = isDeletion ? { dryRun: 'All' } : {};
  yield { ...draft.request(method, filled, query, body, { accept: drawAccept(chance) }), readForMs: 300 };
};

const badPaths = [
  '/api/v1/namespaces//pods',
  '//api/v1/pods',
  '/api//v1/pods',
  '/api/v1/pods/',
  '/api/v1/namespaces/default/pods/../secrets',
  '/api/v1/../../etc/passwd',
  '/api/v1/namespaces/%2e%2e/pods',
  '/api/v1/namespaces/default/pods/%00',
  '/api/v1/namespaces/default/pods/%ff',
  '/api/v1/namespaces/default/pods/%zz',
  '/api/v1/namespaces/default/pods/%',
  '/api/v1/namespaces/default/pods/a%2Fb',
  '/api/v1/namespaces/default/pods/a?%zz=1',
  '/api/v1/pods?limit=1&limit=2',
  '/api/v1/pods?&&&=&',
  '/api/v1/pods?a=b;c=d',
  '/api/v1/pods#x',
  '/apis/',
  '/apis//',
  '/apis/apps/v1/',
  '/api/v1/watch',
  '/api/v1/watch/pods/x/y/z',
  '/api/v1/namespaces/default/pods/a/b/c/d/e',
  '/api/v1/namespaces/default/pods/__proto__',
  '/apis/__proto__/v1/x',
  '/apis/apps/v1/constructor',
  '/api/v1/toString',
  '/apis/apps/constructor/deployments',
  '/*',
  '*',
  '/api/v1/nodes/a/proxy/',
  '/api/v1/proxy/nodes/a',
  '/openapi/v3/__proto__',
  '/openapi/v3/',
  '/healthz/',
  '/livez/__proto__',
  '/API/V1/PODS',
  '/api/v1/namespaces/default/pods/a/status/',
  '/apis/apps/v1/namespaces/default/deployments/a/scale/x',
  '/api/v1/componentstatuses/x',
  '/api/v1/bindings',
];

export const askBadPath: Scenario = function* (draft) {
  const { chance } = draft;
  const method = chance.pick(['GET', 'GET', 'GET', 'POST', 'DELETE', 'PUT', 'PATCH', 'HEAD', 'GARBAGE', 'get']);
  const long = (): string =>
    `/api/v1/namespaces/default/pods/${chance.pick(['a', '%20', '/', '../'])}`.padEnd(
      chance.pick([500, 5_000, 14_000, 40_000]),
      'x',
    );
  const path = chance.weigh([
    [10, chance.pick(badPaths)],
    [1, long()],
    [1, `/${chance.word(8)}/${chance.word(3)}`],
    [1, `/api/v1/namespaces/é${String.fromCharCode(chance.below(0x3000))}/pods`],
  ]);
  // What the server calls malformed it may answer by hanging up.
  yield {
    ...draft.request(method, path, {}, method === 'POST' ? encodeJson({}) : undefined),
    isRaw: true,
    readForMs: 300,
  };
};

const headerSets: readonly Readonly<Record<string, string>>[] = [
  { 'impersonate-user': 'nobody' },
  { 'impersonate-user': '' },
  { 'impersonate-group': 'g' },
  { 'impersonate-user': 'a', 'impersonate-group': 'system:masters' },
  { 'impersonate-user': 'system:serviceaccount:default:default' },
  { 'impersonate-user': 'a', 'impersonate-extra-x%2Fy': 'z' },
  { 'impersonate-uid': '5' },
  { 'impersonate-extra-%zz': 'x', 'impersonate-user': 'a' },
  { 'impersonate-user': 'system:node:n1' },
  { 'impersonate-user': 'system:anonymous' },
  { authorization: 'Bearer x.y.z' },
  { authorization: 'Bearer' },
  { authorization: 'Basic eDp5' },
  { authorization: 'x'.repeat(5_000) },
  { 'x-remote-user': 'admin', 'x-remote-group': 'system:masters' },
  { 'x-huge': 'x'.repeat(12_000) },
  { 'x-huge': 'x'.repeat(40_000) },
  { 'accept-encoding': 'gzip' },
  { 'accept-encoding': 'br, deflate;q=0.5, *;q=0' },
  { expect: '100-continue' },
  { 'user-agent': '' },
  { 'user-agent': 'ü'.normalize('NFD').replace(/[^ -~]/g, '') + '(('.repeat(500) },
  { connection: 'close' },
  { 'transfer-encoding': 'chunked' },
  { 'if-none-match': '*' },
  { 'if-modified-since': 'x' },
  { range: 'bytes=0-5' },
  { 'x-http-method-override': 'DELETE' },
  { 'kubectl-command': 'x' },
  { 'audit-id': 'x'.repeat(200) },
  { origin: 'http://evil.example' },
  { upgrade: 'websocket', connection: 'Upgrade' },
  { upgrade: 'h2c', connection: 'Upgrade, HTTP2-Settings', 'http2-settings': 'AAMAAABkAARAAAAAAAIAAAAA' },
];

/** A usual request with unusual headers. */
export const sendOddHeaders: Scenario = function* (draft) {
  const { chance } = draft;
  const resource = draft.pickResource();
  const place = pickPlace(draft);
  const headers = chance.pick(headerSets);
  const isWrite = chance.is(0.4);
  const body = isWrite ? encode(draft, draft.object(resource, place)) : undefined;
  const request = isWrite
    ? draft.request('POST', collectionPath(resource, place), { dryRun: 'All' }, body, headers)
    : draft.request(
        'GET',
        chance.is(0.5) ? itemPath(resource, place) : collectionPath(resource, place),
        {},
        undefined,
        headers,
      );
  yield { ...request, readForMs: 1_000 };
};

/** Bodies that are compressed, of the wrong type, or nothing at all. */
export const sendOddBody: Scenario = function* (draft) {
  const { chance } = draft;
  const resource = draft.pickResource();
  const place = pickPlace(draft);
  const object = draft.object(resource, place);
  const body = encode(draft, object);
  const method = chance.pick(['POST', 'POST', 'PUT', 'PATCH', 'DELETE', 'GET']);
  const path = method === 'POST' ? collectionPath(resource, place) : itemPath(resource, place);
  const query = { dryRun: 'All' };
  const how = chance.weigh([
    [3, 'damaged'],
    [3, 'typed'],
    [1, 'zipped'],
    [1, 'badly zipped'],
    [1, 'empty'],
    [2, 'noise'],
  ] as const);
  const sent = {
    damaged: () => damageBody(damageBody(body, chance), chance),
    typed: () => ({ ...body, type: chance.pick(contentTypes) }),
    zipped: () => ({ ...body, bytes: gzipSync(body.bytes) }),
    'badly zipped': () => body,
    empty: () => ({ ...body, bytes: Buffer.alloc(0) }),
    noise: () => ({
      type: chance.pick(contentTypes),
      bytes: Buffer.concat([Buffer.from(chance.pick(['k8s\0', '', '{'])), chance.bytes(chance.below(200))]),
    }),
  }[how]();
  const encoding = how.endsWith('zipped') ? { 'content-encoding': chance.pick(['gzip', 'deflate', 'br']) } : {};
  yield draft.request(method, path, query, sent, encoding as Record<string, string>);
};

/** Hangs up in the middle of things. */
export const abortRequest: Scenario = function* (draft) {
  const { chance } = draft;
  const resource = draft.pickResource();
  const place = pickPlace(draft);
  const isWrite = chance.is(0.6);
  const object = draft.seedOf(resource);
  draft.place(object, resource, place);
  const dryRun: Record<string, string> = { dryRun: 'All' };
  const request = isWrite
    ? draft.request('POST', collectionPath(resource, place), resource.isNamespaced ? {} : dryRun, encodeJson(object))
    : draft.request('GET', collectionPath(resource, place), chance.is(0.5) ? { watch: 'true' } : {});
  yield { ...request, abortAfterMs: chance.pick([0, 1, 2, 5, 20]) };
};
