/**
 * Kubernetes' default roles and bindings: generated facts, and how a cluster is brought to have them without undoing what
 * its administrator has added.
 *
 * Start reading at `ensure-policy.ts`.
 */
export { ensureDefaultPolicy } from './ensure-policy.ts';
