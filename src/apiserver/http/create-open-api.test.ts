import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { leases, schemaOfKind, servedResources } from '../../api/generated/index.ts';
import type { ServedVersion } from '../../api/index.ts';
import type { ServedResource } from '../core-contract.ts';
import { createOpenApi } from './create-open-api.ts';

const facts = servedResources.find(({ type }) => type === leases)!;
const lease: ServedVersion = {
  type: leases,
  verbs: facts.verbs,
  subresources: facts.subresources,
  schema: () => schemaOfKind('coordination.k8s.io', 'v1', 'Lease'),
};
const cronTab: ServedVersion = {
  type: { ...leases, group: 'stable.example.com', resource: 'crontabs', kind: 'CronTab' },
  verbs: ['get', 'list'],
  subresources: [],
  customSchema: { type: 'object', properties: { spec: { type: 'string' } } },
  schema: () => schemaOfKind('coordination.k8s.io', 'v1', 'Lease'),
};
const serve = (version: ServedVersion): ServedResource => ({
  definition: { storage: version.type as ServedResource['definition']['storage'], versions: [version], rules: {} },
  version,
});

describe('createOpenApi', () => {
  it('follows the registry: a CRD appears with its own schema', () => {
    let served = [serve(lease)];
    let generation = 1;
    const registry = {
      list: () => served,
      get generation() {
        return generation;
      },
    };
    const openApi = createOpenApi(registry, { version: 'v1.36.0' });
    const groupVersions = (): readonly string[] => openApi.v3Paths().filter(path => /^apis\/.*\//.test(path));
    assert.deepEqual(groupVersions(), ['apis/coordination.k8s.io/v1']);
    served = [...served, serve(cronTab)];
    generation++;
    assert.deepEqual(groupVersions(), ['apis/coordination.k8s.io/v1', 'apis/stable.example.com/v1']);
    const document = JSON.parse(openApi.v2()) as {
      definitions: Record<string, { properties: Record<string, unknown> }>;
    };
    assert.deepEqual(document.definitions['com.example.stable.v1.CronTab']?.properties['spec'], { type: 'string' });
    assert.ok(openApi.v2Protobuf?.().length);
  });
});
