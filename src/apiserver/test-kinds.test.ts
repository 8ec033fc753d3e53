import { servedResources } from '../api/generated/index.ts';
import { schemaOfKind } from '../api/generated/schemas.ts';
import type { KindDefinition, KindRules } from '../api/index.ts';
import { configMap } from '../api/kinds/config-map.ts';
import { deployment } from '../api/kinds/deployment.ts';
import { lease } from '../api/kinds/lease.ts';
import { namespace } from '../api/kinds/namespace.ts';
import { service } from '../api/kinds/service.ts';
import type { KubeObject } from '../machinery/index.ts';

const own = [lease, namespace, configMap, service, deployment];

const status: KindRules['status'] = {
  prepareForUpdate: (object, old) =>
    ({ ...old, metadata: object.metadata, status: (object as { status?: unknown }).status }) as KubeObject,
};

export const testKinds: readonly KindDefinition[] = servedResources.map(({ type, verbs, subresources }) => {
  const found = own.find(kind => kind.storage === type);
  if (found !== undefined) return found;
  const rules: KindRules = {
    hasGeneration: type.resource !== 'apiservices',
    validateName: () => [],
    status: subresources.some(part => part.name === 'status') ? status : undefined,
    ...(type.resource === 'pods'
      ? {
          gracePeriodSeconds: (object: KubeObject, requested: number | undefined) => {
            const pod = object as { spec: { nodeName?: string }; status?: { phase?: string } };
            return pod.spec.nodeName ? (requested ?? 30) : 0;
          },
          selectableFields: {
            'spec.nodeName': (object: KubeObject) => (object as { spec: { nodeName?: string } }).spec.nodeName ?? '',
          },
          indexedFields: ['spec.nodeName'],
        }
      : {}),
  };
  const schema = () => schemaOfKind(type.group, type.version, type.kind);
  return { storage: type, versions: [{ type, verbs, subresources, schema }], rules };
});
