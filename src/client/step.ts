import type { KubeObject, ResourceType, StatusError } from '../machinery/index.ts';
import type { ObjectRef } from './client.ts';
import type { PatchType, RequestOptions } from './transport.ts';

/**
 * What a controller wants done. `reconcile` returns steps and performs nothing; the runner performs them in order and
 * owns retries, conflicts, back-off and rate limits once for all.
 */
export type Step = CreateStep | UpdateStep | PatchStep | DeleteStep | SubresourceStep | EventStep | AgainStep;

/** What to do with a request's outcome: both are pure, and what they return is performed next. */
export interface Outcome {
  /** For what is only known afterwards, such as a generated name in an event. */
  onSuccess?(result: KubeObject): readonly Step[];
  /** Steps for a failure (`FailedCreate` events); the key is retried with back-off all the same. */
  onError?(error: StatusError): readonly Step[];
}

export interface CreateStep extends Outcome {
  readonly do: 'create';
  readonly type: ResourceType;
  readonly object: KubeObject;
  /** AlreadyExists is fine (objects with fixed names that several may create). */
  readonly ifAbsent?: boolean | undefined;
}

/** Replaces an object, or its status; a conflict ends this round, and the next starts from what then stands. */
export interface UpdateStep extends Outcome {
  readonly do: 'update';
  readonly type: ResourceType;
  readonly object: KubeObject;
  readonly subresource?: string | undefined;
}

export interface PatchStep extends Outcome {
  readonly do: 'patch';
  readonly type: ResourceType;
  readonly ref: ObjectRef;
  readonly patchType: PatchType;
  readonly patch: unknown;
  readonly subresource?: string | undefined;
  readonly options?: RequestOptions | undefined;
}

/** Deletes an object; NotFound is fine, and so is a precondition that no longer holds. */
export interface DeleteStep extends Outcome {
  readonly do: 'delete';
  readonly type: ResourceType;
  readonly ref: ObjectRef;
  readonly options?: RequestOptions | undefined;
}

/** Posts to a subresource: `binding`, `eviction`. */
export interface SubresourceStep extends Outcome {
  readonly do: 'post';
  readonly type: ResourceType;
  readonly ref: ObjectRef;
  readonly subresource: string;
  readonly body: unknown;
}

/** Records an Event about an object, aggregated and rate-limited as client-go's recorder does. */
export interface EventStep {
  readonly do: 'event';
  readonly regarding: KubeObject;
  /** A part of the object: `spec.containers{web}`. */
  readonly fieldPath?: string | undefined;
  readonly type: 'Normal' | 'Warning';
  readonly reason: string;
  readonly message: string;
}

/** Reconciles the same key again after `delayMs`, even if nothing changes until then. */
export interface AgainStep {
  readonly do: 'again';
  readonly delayMs: number;
}
