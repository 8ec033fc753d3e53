import type { Aggregator } from '../apiserver/aggregation/index.ts';
import type { ResourceRegistry, ServedResource } from '../apiserver/index.ts';
import type { ServedTypes } from '../client/index.ts';
import { parseGroupVersion, type ResourceType } from '../machinery/index.ts';

/**
 * What the API server and aggregated ones serve, for the components that work on every kind: one version of each
 * resource.
 */
export function servedTypes(registry: ResourceRegistry, aggregator: Aggregator): ServedTypes {
  const { discovery } = aggregator;
  let generation = -1;
  let remoteGeneration = -1;
  let types: readonly ResourceType[] = [];
  return {
    list() {
      if (generation !== registry.generation || remoteGeneration !== discovery.generation) {
        generation = registry.generation;
        remoteGeneration = discovery.generation;
        const own = registry.list().filter(isWorkedOn);
        types = [...own.map(served => served.version.type), ...aggregator.listTypes()];
      }
      return types;
    },
    findKind(apiVersion, kind) {
      const { group, version } = parseGroupVersion(apiVersion);
      const served = registry.lookupKind(group, version, kind);
      if (served !== undefined) return served.definition.storage;
      return aggregator.listTypes().find(type => type.group === group && type.kind === kind);
    },
    staleGroups: () => aggregator.listStaleGroups(),
    onChange(listener) {
      const forget = [registry.onChange(listener), discovery.onChange(listener)];
      return () => {
        for (const each of forget) each();
      };
    },
  };
}

/** The storage version stands for all; what cannot be listed, watched and deleted is nobody's to collect. */
function isWorkedOn({ definition, version }: ServedResource): boolean {
  const isStorage =
    version.type.version === definition.storage.version && version.type.group === definition.storage.group;
  return isStorage && ['list', 'watch', 'delete'].every(verb => version.verbs.includes(verb));
}
