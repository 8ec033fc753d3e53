import type { ResourceRegistry, ServedResource } from '../apiserver/index.ts';
import type { ServedTypes } from '../client/index.ts';
import { parseGroupVersion, type ResourceType } from '../machinery/index.ts';

/** What the API server serves, for the components that work on every kind: one version of each stored resource. */
export function servedTypes(registry: ResourceRegistry): ServedTypes {
  let generation = -1;
  let types: readonly ResourceType[] = [];
  return {
    list() {
      if (generation !== registry.generation) {
        generation = registry.generation;
        types = registry
          .list()
          .filter(isWorkedOn)
          .map(served => served.version.type);
      }
      return types;
    },
    findKind(apiVersion, kind) {
      const { group, version } = parseGroupVersion(apiVersion);
      const served = registry.lookupKind(group, version, kind);
      return served === undefined ? undefined : served.definition.storage;
    },
    onChange: listener => registry.onChange(listener),
  };
}

/** The storage version stands for all; what cannot be listed, watched and deleted is nobody's to collect. */
function isWorkedOn({ definition, version }: ServedResource): boolean {
  const isStorage =
    version.type.version === definition.storage.version && version.type.group === definition.storage.group;
  return isStorage && ['list', 'watch', 'delete'].every(verb => version.verbs.includes(verb));
}
