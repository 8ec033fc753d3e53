/**
 * The machine as a Node: registration, conditions, capacity and what pods may have of it, images, the Lease.
 *
 * Start reading at `node-reporter.ts`; what it says is decided in `node-conditions.ts` and `node-resources.ts`.
 */
export { LeaseKeeper } from './lease-keeper.ts';
export { buildConditions } from './node-conditions.ts';
export { NodeReporter } from './node-reporter.ts';
export { buildAllocatable, buildCapacity } from './node-resources.ts';
export { kubeletVersion } from './node-status.ts';
export { findPressures, PressureMemory } from './pressure.ts';
