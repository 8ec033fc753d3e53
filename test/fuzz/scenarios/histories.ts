import type { Chance } from '../chance.ts';
import type { Scenario } from '../draft.ts';
import { encodeJson } from '../encode-body.ts';
import { parseAnswer } from '../fuzz-request.ts';
import { isMap, type JsonMap } from '../json-value.ts';

type Draw = (chance: Chance) => JsonMap;

const namespace = 'fz-0';

/** The lives of objects under several managers: who owns what after each step is upstream's to say. */
export const compareHistory: Scenario = function* (draft) {
  const { chance, index } = draft;
  const [path, draw] = chance.pick(kinds);
  const name = `history-${index}`;
  const item = `${path}/${name}`;
  for (let left = 2 + chance.below(6); left > 0; left--) {
    const object: JsonMap = draw(chance);
    const metadata = isMap(object['metadata']) ? object['metadata'] : {};
    object['metadata'] = { ...metadata, name, namespace };
    const query = {
      fieldManager: chance.pick(['one', 'two', 'kubectl']),
      ...(chance.is(0.2) ? { force: 'true' } : {}),
    };
    const { force: _force, ...unforced } = query;
    const { apiVersion: _apiVersion, kind: _kind, ...patch } = object;
    const change = chance.weigh([
      [60, 'apply'],
      [12, 'update'],
      [10, 'merge'],
      [12, 'strategic'],
      [6, 'create'],
    ] as const);
    if (change === 'apply') {
      yield draft.request('PATCH', item, query, { ...encodeJson(object), type: 'application/apply-patch+yaml' });
    } else if (change === 'create') {
      yield draft.request('POST', path, unforced, encodeJson(object));
    } else if (change === 'update') {
      const found = yield { ...draft.request('GET', item), isAside: true };
      const current: unknown = parseAnswer(found);
      const standing =
        isMap(current) && isMap(current['metadata']) ? current['metadata']['resourceVersion'] : undefined;
      const given = standing === undefined || found.status !== 200 ? {} : { resourceVersion: standing };
      const body = { ...object, metadata: { ...object['metadata'], ...given } };
      yield draft.request('PUT', item, unforced, encodeJson(body));
    } else {
      const type = change === 'merge' ? 'merge-patch+json' : 'strategic-merge-patch+json';
      yield draft.request('PATCH', item, unforced, { ...encodeJson(patch), type: `application/${type}` });
    }
  }
};

const drawConfigMap: Draw = chance => ({
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: maybe(chance, 0.3, 'labels', () => drawTexts(chance)),
  ...maybe(chance, 0.8, 'data', () => drawTexts(chance)),
});

const drawService: Draw = chance => ({
  apiVersion: 'v1',
  kind: 'Service',
  metadata: maybe(chance, 0.3, 'labels', () => drawTexts(chance)),
  spec: {
    ports: some(chance, [80, 81, 82]).map(port => ({
      port,
      name: `p${port}`,
      ...maybe(chance, 0.4, 'protocol', () => chance.pick(['TCP', 'UDP'])),
      ...maybe(chance, 0.4, 'targetPort', () => chance.pick([port, 'http'])),
    })),
    ...maybe(chance, 0.5, 'selector', () => drawTexts(chance)),
    ...maybe(chance, 0.2, 'externalIPs', () => some(chance, ['192.0.2.1', '192.0.2.2'])),
    ...maybe(chance, 0.2, 'sessionAffinity', () => chance.pick(['None', 'ClientIP'])),
  },
});

const drawDeployment: Draw = chance => ({
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  metadata: {
    ...maybe(chance, 0.4, 'labels', () => drawTexts(chance)),
    ...maybe(chance, 0.3, 'annotations', () => drawTexts(chance)),
    ...maybe(chance, 0.2, 'finalizers', () => some(chance, ['fuzz.example/a', 'fuzz.example/b'])),
  },
  spec: {
    selector: { matchLabels: { app: 'x' } },
    template: {
      metadata: { labels: { app: 'x' } },
      spec: {
        containers: some(chance, ['c1', 'c2', 'c3']).map(name => drawContainer(chance, name)),
        ...maybe(chance, 0.3, 'tolerations', () => some(chance, ['k', 'l']).map(key => ({ key, operator: 'Exists' }))),
        ...maybe(chance, 0.3, 'volumes', () =>
          some(chance, ['v1', 'v2']).map(name => ({
            name,
            ...chance.pick([{ emptyDir: {} }, { configMap: { name } }]),
          })),
        ),
      },
    },
    ...maybe(chance, 0.4, 'replicas', () => chance.below(3)),
    ...maybe(chance, 0.3, 'strategy', () =>
      chance.pick([{ type: 'Recreate' }, { type: 'RollingUpdate' }, { rollingUpdate: { maxSurge: 1 } }]),
    ),
  },
});

const drawContainer = (chance: Chance, name: string): JsonMap => ({
  name,
  ...maybe(chance, 0.8, 'image', () => chance.pick(['x:1', 'x:2'])),
  ...maybe(chance, 0.4, 'env', () =>
    some(chance, ['E1', 'E2']).map(key => ({ name: key, value: chance.pick(['1', '2']) })),
  ),
  ...maybe(chance, 0.4, 'ports', () =>
    some(chance, [80, 81]).map(containerPort => ({
      containerPort,
      ...maybe(chance, 0.5, 'protocol', () => chance.pick(['TCP', 'UDP'])),
    })),
  ),
  ...maybe(chance, 0.3, 'args', () => some(chance, ['a', 'b', 'c'])),
  ...maybe(chance, 0.3, 'resources', () => ({ limits: { cpu: chance.pick(['1', '1000m', '2']) } })),
});

const kinds: readonly (readonly [path: string, draw: Draw])[] = [
  [`/api/v1/namespaces/${namespace}/configmaps`, drawConfigMap],
  [`/api/v1/namespaces/${namespace}/services`, drawService],
  [`/apis/apps/v1/namespaces/${namespace}/deployments`, drawDeployment],
];

function drawTexts(chance: Chance): JsonMap {
  return Object.fromEntries(some(chance, ['a', 'b', 'c']).map(key => [key, chance.pick(['1', '2'])]));
}

function some<T>(chance: Chance, choices: readonly T[]): T[] {
  return choices.filter(() => chance.is(0.5));
}

function maybe(chance: Chance, share: number, key: string, draw: () => JsonMap[string]): JsonMap {
  return chance.is(share) ? { [key]: draw() } : {};
}
