import { formatGroupVersion, type KubeObject, type ResourceType } from '../../machinery/index.ts';
import { schemaOfKind, servedResources } from '../generated/index.ts';
import type { Column, KindDefinition, KindRules, ServedVersion } from '../kind-definition.ts';

/** Another version in which a kind is served, where its shape or its group differs. */
export interface OtherVersion {
  readonly type: ResourceType;
  readonly convert?: ServedVersion['convert'];
  readonly columns?: readonly Column[] | undefined;
  readonly fieldLabels?: ServedVersion['fieldLabels'];
  /** For clients of a version that is on its way out. */
  readonly deprecationWarning?: string | undefined;
}

/**
 * A built-in kind: its generated facts with its hand-written rules. `storage` is the version in which objects are kept
 * and in which the rules see them.
 */
export function defineKind<T extends KubeObject>(
  storage: ResourceType<T>,
  rules: KindRules<NoInfer<T>> = {},
  others: readonly OtherVersion[] = [],
  deprecationWarning?: string,
): KindDefinition {
  // A kind's hooks are only ever called with its own objects, which is what the server's general type cannot say.
  return {
    storage: storage as ResourceType,
    versions: [serveVersion({ type: storage as ResourceType, deprecationWarning }), ...others.map(serveVersion)],
    rules: rules as unknown as KindRules,
  };
}

function serveVersion({ type, convert, columns, fieldLabels, deprecationWarning }: OtherVersion): ServedVersion {
  const facts = servedResources.find(served => served.type === type);
  if (facts === undefined) throw new Error(`not a served resource: ${type.resource} in ${formatGroupVersion(type)}`);
  return {
    type,
    schema: () => schemaOfKind(type.group, type.version, type.kind),
    verbs: facts.verbs,
    subresources: facts.subresources,
    convert,
    columns,
    fieldLabels,
    deprecationWarning,
  };
}
