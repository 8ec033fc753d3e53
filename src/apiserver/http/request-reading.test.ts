import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { parseAccept } from './media-type.ts';
import { Negotiator } from './negotiation.ts';
import { parseQuery } from './query.ts';
import { RequestCall } from './request-call.ts';
import { readRequestInfo } from './request-info.ts';
import { readRequestOptions } from './request-options.ts';
import { compareVersions } from './version-order.ts';

function read(method: string, url: string): string {
  const [path = '', query = ''] = url.split('?');
  const info = readRequestInfo(method, path, parseQuery(query));
  if (info === undefined) return 'unclear';
  if (!info.isResourceRequest) return `${info.verb} ${info.path}`;
  const { verb, group, version, namespace, resource, name, subresource, rest } = info;
  return [verb, `${group}/${version}`, namespace, resource, name, subresource, ...rest].join(' ').trimEnd();
}

describe('a path', () => {
  // Kubernetes: the table of requestinfo_test.go.
  const cases: readonly (readonly [string, string, string])[] = [
    ['GET', '/api/v1/namespaces', 'list /v1  namespaces'],
    ['GET', '/api/v1/namespaces/other', 'get /v1 other namespaces other'],
    ['GET', '/api/v1/namespaces/other/pods', 'list /v1 other pods'],
    ['GET', '/api/v1/namespaces/other/pods/foo', 'get /v1 other pods foo'],
    ['HEAD', '/api/v1/namespaces/other/pods/foo', 'get /v1 other pods foo'],
    ['GET', '/api/v1/pods', 'list /v1  pods'],
    ['GET', '/api/v1/pods?watch=true', 'watch /v1  pods'],
    ['GET', '/api/v1/pods?watch', 'watch /v1  pods'],
    ['GET', '/api/v1/pods?watch=0', 'list /v1  pods'],
    ['GET', '/api/v1/watch/pods', 'watch /v1  pods'],
    ['GET', '/api/v1/watch/namespaces/other/pods', 'watch /v1 other pods'],
    ['GET', '/api/v1/watch', 'unclear'],
    ['GET', '/api/v1/namespaces/other/pods/foo/log', 'get /v1 other pods foo log'],
    ['PUT', '/api/v1/namespaces/other/finalize', 'update /v1 other namespaces other finalize'],
    ['PUT', '/api/v1/namespaces/other/status', 'update /v1 other namespaces other status'],
    ['POST', '/api/v1/namespaces/other/pods', 'create /v1 other pods'],
    ['PUT', '/api/v1/namespaces/other/pods/foo', 'update /v1 other pods foo'],
    ['PATCH', '/api/v1/namespaces/other/pods/foo', 'patch /v1 other pods foo'],
    ['DELETE', '/api/v1/namespaces/other/pods/foo', 'delete /v1 other pods foo'],
    ['DELETE', '/api/v1/namespaces/other/pods', 'deletecollection /v1 other pods'],
    ['GET', '/apis/batch/v1/namespaces/other/jobs/a', 'get batch/v1 other jobs a'],
    ['GET', '/apis/apps/v1/deployments', 'list apps/v1  deployments'],
    ['GET', '/api/v1/namespaces/a/services/s:80/proxy/b/c', 'get /v1 a services s:80 proxy b c'],
    ['GET', '/api/v1/namespaces/a/configmaps/b%3Ac', 'get /v1 a configmaps b:c'],
    ['GET', '/apis/apps/v1', 'get /apis/apps/v1'],
    ['GET', '/api/v1', 'get /api/v1'],
    ['GET', '/healthz', 'get /healthz'],
    ['POST', '/', 'post /'],
    ['OPTIONS', '/api/v1/pods', ' /v1  pods'],
  ];
  for (const [method, url, wanted] of cases) {
    test(`${method} ${url} means ${wanted.trim()}`, () => assert.equal(read(method, url), wanted));
  }
});

describe('a query', () => {
  test('reads back what the platform writes', () => {
    const pairs = fc.array(fc.tuple(fc.string({ unit: 'grapheme' }), fc.string({ unit: 'grapheme' })));
    fc.assert(
      fc.property(pairs, entries => {
        const query = parseQuery(new URLSearchParams(entries).toString());
        for (const [name] of entries) {
          const wanted = entries.filter(entry => entry[0] === name).map(entry => entry[1]);
          assert.deepEqual(query.getAll(name), wanted);
        }
      }),
    );
  });

  test('leaves malformed escapes as they are', () => {
    assert.equal(parseQuery('a=100%&b=%zz').get('a'), '100%');
    assert.equal(parseQuery('a=100%&b=%zz').get('b'), '%zz');
  });

  test('becomes options, or a refusal in upstream’s words', () => {
    const options = readRequestOptions(parseQuery('limit=5&labelSelector=a%3Db&allowWatchBookmarks=1'), 'list');
    assert.deepEqual([options.limit, options.labelSelector, options.allowWatchBookmarks], [5, 'a=b', true]);
    assert.throws(() => readRequestOptions(parseQuery('limit=x'), 'list'), {
      message: 'strconv.ParseInt: parsing "x": invalid syntax',
    });
    assert.throws(() => readRequestOptions(parseQuery('limit='), 'list'), /parsing "": invalid syntax/);
    const tooLarge = parseQuery('limit=9223372036854775808');
    assert.throws(() => readRequestOptions(tooLarge, 'list'), /value out of range$/);
    assert.equal(readRequestOptions(parseQuery('dryRun=All'), 'create').dryRun, true);
    assert.throws(() => readRequestOptions(parseQuery('dryRun=Some'), 'create'), {
      message: 'CreateOptions.meta.k8s.io "" is invalid: dryRun: Unsupported value: ["Some"]: supported values: "All"',
    });
    assert.equal(readRequestOptions(parseQuery('orphanDependents=true'), 'delete').propagationPolicy, 'Orphan');
  });
});

describe('an Accept header', () => {
  const negotiator = new Negotiator();
  const table = 'application/json;as=Table;v=v1;g=meta.k8s.io';

  test('chooses the first form that there is', () => {
    const kubectl = `${table},application/json;as=Table;v=v1beta1;g=meta.k8s.io,application/json`;
    assert.deepEqual(negotiator.negotiate(kubectl, 'list'), {
      format: 'json',
      as: 'Table',
      asVersion: 'v1',
    });
    const clientGo = 'application/vnd.kubernetes.protobuf,application/json';
    assert.deepEqual(negotiator.negotiate(clientGo, 'get'), { format: 'protobuf' });
    assert.deepEqual(negotiator.negotiate(clientGo, 'get', 'custom'), { format: 'json' });
    assert.deepEqual(negotiator.negotiate('application/vnd.kubernetes.protobuf;stream=watch', 'watch'), {
      format: 'protobuf',
    });
    const custom = 'application/vnd.kubernetes.protobuf;as=PartialObjectMetadata;g=meta.k8s.io;v=v1,application/json';
    const partial = { format: 'protobuf', as: 'PartialObjectMetadata', asVersion: 'v1' };
    assert.deepEqual(negotiator.negotiate(custom, 'get', 'custom'), partial);
    const tableFirst = `application/vnd.kubernetes.protobuf;as=Table;v=v1;g=meta.k8s.io,${table}`;
    assert.deepEqual(negotiator.negotiate(tableFirst, 'list'), { format: 'json', as: 'Table', asVersion: 'v1' });
    const metadata = 'application/json;as=PartialObjectMetadataList;g=meta.k8s.io;v=v1,application/json';
    assert.equal(negotiator.negotiate(metadata, 'list').as, 'PartialObjectMetadataList');
    assert.equal(negotiator.negotiate(metadata, 'get').as, undefined);
    assert.equal(negotiator.negotiate('application/yaml', 'get').format, 'yaml');
    assert.equal(negotiator.negotiate('application/yaml;q=0.5, application/json', 'get').format, 'json');
  });

  test('is refused when there is none', () => {
    assert.throws(() => negotiator.negotiate('application/vnd.kubernetes.protobuf', 'get', 'custom'), {
      code: 406,
      message:
        'only the following media types are accepted: application/json, application/yaml, application/vnd.kubernetes.protobuf',
    });
    assert.throws(() => negotiator.negotiate('application/yaml,application/json', 'watch'), {
      code: 406,
      message:
        'only the following media types are accepted: application/json;stream=watch, application/vnd.kubernetes.protobuf;stream=watch',
    });
  });

  test('gets no Table of what is stored nowhere', () => {
    assert.throws(() => negotiator.negotiate(table, 'create', 'computed'), { code: 406 });
    assert.equal(negotiator.negotiate(`${table},application/json`, 'create', 'computed').as, undefined);
    assert.equal(negotiator.negotiate(table, 'create').as, 'Table');
  });

  test('decides how errors are told as well', () => {
    assert.equal(negotiator.negotiateError('application/vnd.kubernetes.protobuf,application/json'), 'protobuf');
    assert.equal(negotiator.negotiateError(`${table},application/yaml`), 'yaml');
    assert.equal(negotiator.negotiateError(table), 'json');
    assert.equal(negotiator.negotiateError('image/png'), 'json');
  });

  test('is sorted by weight, zero left out', () => {
    assert.deepEqual(
      parseAccept('a/a;q=0.1, b/b;q=0, c/c, d/d;q=0.5;x="y"').map(({ type }) => type),
      ['c/c', 'd/d', 'a/a'],
    );
  });
});

test('versions are ordered as Kubernetes prefers them', () => {
  const versions = ['foo1', 'v1alpha2', 'v1', 'v2beta1', 'v10', 'v2', 'v1beta3', 'bar'];
  assert.deepEqual(versions.sort(compareVersions), [
    'v10',
    'v2',
    'v1',
    'v2beta1',
    'v1beta3',
    'v1alpha2',
    'bar',
    'foo1',
  ]);
});

test('warnings are quoted and told once', () => {
  const call = new RequestCall({ username: 'x', groups: [] }, undefined);
  call.warn('unknown field "spec.a"');
  call.warn('unknown field "spec.a"');
  call.warn('two\nlines');
  call.warn('größer 🌍');
  const [first, bytes, ...more] = call.warningHeaders;
  assert.equal(first, '299 - "unknown field \\"spec.a\\""');
  assert.equal(Buffer.from(bytes!, 'latin1').toString('utf8'), '299 - "größer 🌍"');
  assert.deepEqual(more, []);
});

test('warnings are cut when they are too long together', () => {
  const call = new RequestCall({ username: 'x', groups: [] }, undefined);
  call.warn('a'.repeat(300));
  call.warn('b'.repeat(3700));
  assert.deepEqual(lengths(), [300, 3700]);
  call.warn('c'.repeat(1000));
  assert.deepEqual(lengths(), [256, 256, 256]);
  for (let i = 0; i < 20; i++) call.warn(`${i}`.padEnd(256, 'd'));
  assert.equal(
    lengths().reduce((sum, length) => sum + length),
    4096,
  );

  function lengths(): readonly number[] {
    return call.warningHeaders.map(value => value.length - '299 - ""'.length);
  }
});
