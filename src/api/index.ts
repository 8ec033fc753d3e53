/**
 * The kinds of Kubernetes v1.36: generated types, resource facts and schemas (`generated/`), and one hand-written file
 * a kind for what OpenAPI does not say (`kinds/`). To add a kind, see `docs/guides/add-a-kind.md`.
 *
 * Start reading at `kind-definition.ts`.
 */
export type {
  Column,
  KindDefinition,
  KindRules,
  RuleContext,
  ScalePaths,
  ServedVersion,
  SubresourceFacts,
  SubresourceRules,
} from './kind-definition.ts';
export {
  autoUpdateAnnotation,
  builtInKinds,
  computeQosClass,
  defaultPodSpec,
  defaultPodTemplate,
  defaultPullPolicy,
  everyRequest,
  flowSchemaOf,
  groupSubjects,
  mandatoryFlowSchemas,
  mandatoryPriorityLevels,
  priorityLevelOf,
  type QosClass,
  storageClassOf,
  summarizePod,
} from './kinds/index.ts';
export { publishVersion } from './published-version.ts';
export { returnsDeleted } from './returns-deleted.ts';
