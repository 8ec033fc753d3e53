import type { Scenario } from '../draft.ts';
import { fillPath } from '../draft.ts';
import { encodeJson } from '../encode-body.ts';
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
