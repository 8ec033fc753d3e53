/**
 * Subresources that are no part of the object: bindings, evictions, scales. Status and the like are changes of the object
 * itself (`../requests/change.ts`).
 *
 * Start reading at `eviction.ts`.
 */
export { bindPod } from './binding.ts';
export { evictPod } from './eviction.ts';
export { getScale, writeScale } from './scale.ts';
