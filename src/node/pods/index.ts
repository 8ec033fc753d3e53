/**
 * Pods on a node: a worker each, which performs what `decisions/` decides, and the registry that wakes them.
 *
 * Start reading at `pod-worker.ts`, then `sync-pod.ts` and `start-container.ts`.
 */
export { admitPod } from './admit-pod.ts';
export { Cancellation, unlessAborted } from './cancellation.ts';
export { describeRuntimeError } from './describe-runtime-error.ts';
export type { NodeFacts } from './node-facts.ts';
export { OrphanCleaner } from './orphan-cleaner.ts';
export { PodEvents } from './pod-events.ts';
export type { PodMeans } from './pod-means.ts';
export { type PodStage, PodWorker } from './pod-worker.ts';
export { PodWorkers } from './pod-workers.ts';
export { stopAllContainers } from './stop-containers.ts';
