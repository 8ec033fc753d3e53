import { gzipSync } from 'node:zlib';
import type { Scenario } from '../draft.ts';
import { fillPath } from '../draft.ts';
import { contentTypes, damageBody, encodeJson } from '../encode-body.ts';
import { collectionPath, encode, itemPath, pickPlace } from './object-requests.ts';
import { drawAccept } from './queries.ts';

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
