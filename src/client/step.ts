import type { KubeObject, ResourceType } from '../machinery/index.ts';
import type { ObjectRef } from './client.ts';
import type { PatchType, RequestOptions } from './transport.ts';

/**
 * What a controller wants done. `reconcile` returns steps and performs nothing; the runner performs them in order and
 * owns retries, conflicts, back-off and rate limits once for all.
 */
export type Step = CreateStep | UpdateStep | PatchStep | DeleteStep | SubresourceStep | EventStep | AgainStep;

export interface CreateStep {
  readonly do: 'create';
  readonly type: ResourceType;
  readonly object: KubeObject;
  /** AlreadyExists is fine (objects with fixed names that several may create). */
  readonly ifAbsent?: boolean | undefined;
}

/** Replaces an object, or its status; a conflict ends this round, and the next starts from what then stands. */
export interface UpdateStep {
  readonly do: 'update';
  readonly type: ResourceType;
  readonly object: KubeObject;
  readonly subresource?: string | undefined;
}

export interface PatchStep {
  readonly do: 'patch';
  readonly type: ResourceType;
  readonly ref: ObjectRef;
  readonly patchType: PatchType;
  readonly patch: unknown;
  readonly subresource?: string | undefined;
  readonly options?: RequestOptions | undefined;
}

/** Deletes an object; NotFound is fine, and so is a precondition that no longer holds. */
export interface DeleteStep {
  readonly do: 'delete';
  readonly type: ResourceType;
  readonly ref: ObjectRef;
  readonly options?: RequestOptions | undefined;
}

/** Posts to a subresource: `binding`, `eviction`. */
export interface SubresourceStep {
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
  readonly type: 'Normal' | 'Warning';
  readonly reason: string;
  readonly message: string;
}

/** Reconciles the same key again after `delayMs`, even if nothing changes until then. */
export interface AgainStep {
  readonly do: 'again';
  readonly delayMs: number;
}
