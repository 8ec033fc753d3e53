/**
 * What must hold in every cluster at all times, checked against the history of the store and through the API.
 *
 * Start reading at `invariant.ts`.
 */
export { growingRevisions } from './growing-revisions.ts';
export { type Invariant, InvariantViolation } from './invariant.ts';
export { nodeCapacity } from './node-capacity.ts';
export { ownedByLiving } from './owned-by-living.ts';
export { watchEqualsList } from './watch-equals-list.ts';
