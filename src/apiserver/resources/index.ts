/**
 * What is served, and what serving it takes: the registry of kinds, an endpoint for each with its cache, admission chain
 * and hooks. Owns no rule about objects.
 *
 * Start reading at `endpoint.ts`, then `resource-hooks.ts`.
 */
export { CacheView } from './cache-view.ts';
export { createHooks } from './create-hooks.ts';
export { Endpoint } from './endpoint.ts';
export { Endpoints } from './endpoints.ts';
export { LeasePool } from './lease-pool.ts';
export { LiveRegistry } from './live-registry.ts';
export { OpenCaches } from './open-caches.ts';
export type { DeletionMark, Reservation, ResourceHooks } from './resource-hooks.ts';
