/**
 * The side of whoever talks to an API server: a typed client over a `Transport`, informers, the runner that turns a
 * controller's steps into requests, leader election and event recording. Every component of the control plane and every
 * node stands on it; it knows no kind.
 *
 * Start reading at `transport.ts`, `client.ts` and `controller.ts`.
 */
export { Client, type ObjectList, type ObjectRef } from './client.ts';
export type { Controller, IndexDeclaration, ReconcileContext, Secondary, View } from './controller.ts';
export { ControllerRunner } from './controller-runner.ts';
export { EventRecorder } from './event-recorder.ts';
export { type ChangeListener, Informer, type InformerScope } from './informer.ts';
export { Informers } from './informers.ts';
export { KeyedWorker, type KeyedWorkerOptions } from './keyed-worker.ts';
export { keyOf, splitKey } from './object-key.ts';
export { writeQueues } from './queue-counters.ts';
export type { ServedTypes } from './served-types.ts';
export type {
  AgainStep,
  CreateStep,
  DeleteStep,
  EventStep,
  Outcome,
  PatchStep,
  Step,
  SubresourceStep,
  UpdateStep,
} from './step.ts';
export { tolerate } from './tolerate.ts';
export type {
  PatchType,
  RequestOptions,
  ResourceRequest,
  Transport,
  Verb,
  Watch,
  WatchEvent,
  WatchSink,
} from './transport.ts';
export { controllerRetryDelays, type RetryDelays, WorkQueue } from './work-queue.ts';
