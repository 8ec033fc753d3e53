/**
 * API Priority and Fairness: dividing the server's attention among those who ask, so that nobody's flood drowns the
 * others. FlowSchemas sort requests into priority levels; a level lets requests run, lets them wait in queues that are
 * served fairly, or refuses them.
 *
 * Owns no HTTP (`http/` asks it about each request) and no objects of its own: what it goes by is stored like anything
 * else. Components of the same process are not asked to wait, like upstream's loopback client.
 *
 * Start reading at `flow-control.ts`, then `queue-set.ts`; `flow-configuration.ts` joins it with what is stored.
 */
export { dumpFlows } from './dump-flows.ts';
export { FlowConfiguration } from './flow-configuration.ts';
export { FlowControl, type FlowControlOptions } from './flow-control.ts';
export type { FlowRequest } from './flow-request.ts';
export { formatFlowMetrics } from './format-flow-metrics.ts';
export { createResourceSizes } from './resource-sizes.ts';
export type { ResourceSize, ResourceSizes } from './work-estimator.ts';
