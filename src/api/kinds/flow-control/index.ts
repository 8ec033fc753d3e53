/**
 * The kinds that divide an API server's attention among those who ask: what they may say, and the objects of theirs that
 * every cluster has. What the server makes of them is in `apiserver/flow-control`.
 *
 * Start reading at `flow-schema.ts`.
 */
export { flowSchema } from './flow-schema.ts';
export {
  autoUpdateAnnotation,
  everyRequest,
  flowSchemaOf,
  groupSubjects,
  mandatoryFlowSchemas,
  mandatoryPriorityLevels,
  priorityLevelOf,
} from './mandatory-objects.ts';
export { priorityLevelConfiguration } from './priority-level-configuration.ts';
