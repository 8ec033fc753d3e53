import type { KubeObject, ResourceType } from '../machinery/index.ts';
import type { AbortSignalLike } from '../world/index.ts';

/**
 * How a component reaches an API server. In one process the API server itself implements it and hands over the very
 * instances that it stores; over a network `drivers/` does it with HTTP. Components cannot tell which.
 */
export interface Transport {
  /** Answers with the object (or list, or Status); throws a `StatusError` for everything that is not a success. */
  request(request: ResourceRequest): Promise<KubeObject>;
  /** Starts a watch. Problems of any kind reach `sink.end`, once, and nothing comes after it. */
  watch(request: ResourceRequest, sink: WatchSink): Watch;
}

export type Verb = 'get' | 'list' | 'watch' | 'create' | 'update' | 'patch' | 'delete' | 'deletecollection';

/** One request about a resource, already taken apart: what a path, a query and a body say in HTTP. */
export interface ResourceRequest {
  readonly verb: Verb;
  readonly type: Pick<ResourceType, 'group' | 'version' | 'resource'>;
  readonly subresource?: string | undefined;
  readonly namespace?: string | undefined;
  readonly name?: string | undefined;
  /** The object for create and update, the patch for patch, DeleteOptions for delete. */
  readonly body?: unknown;
  readonly patchType?: PatchType | undefined;
  readonly options?: RequestOptions | undefined;
  readonly signal?: AbortSignalLike | undefined;
}

export type PatchType = 'json' | 'merge' | 'strategic' | 'apply';

/** The query parameters of every verb in one shape; each verb reads its own. */
export interface RequestOptions {
  readonly labelSelector?: string | undefined;
  readonly fieldSelector?: string | undefined;
  readonly limit?: number | undefined;
  readonly continue?: string | undefined;
  readonly resourceVersion?: string | undefined;
  readonly resourceVersionMatch?: 'Exact' | 'NotOlderThan' | undefined;
  readonly timeoutSeconds?: number | undefined;
  readonly allowWatchBookmarks?: boolean | undefined;
  readonly sendInitialEvents?: boolean | undefined;
  readonly dryRun?: boolean | undefined;
  readonly fieldManager?: string | undefined;
  readonly fieldValidation?: 'Ignore' | 'Warn' | 'Strict' | undefined;
  readonly force?: boolean | undefined;
  /** Named as in DeleteOptions; a request's body wins over these. */
  readonly gracePeriodSeconds?: number | undefined;
  readonly propagationPolicy?: 'Orphan' | 'Background' | 'Foreground' | undefined;
  readonly preconditions?: { readonly uid?: string; readonly resourceVersion?: string } | undefined;
}

export interface WatchSink {
  /** Changes in order. One call may carry many; in one process it comes in the same turn as the commit. */
  events(batch: readonly WatchEvent[]): void;
  /** The watch is over: with an error (a StatusError for 410 `Expired`) or, without, by a timeout or a closing server. */
  end(error?: Error): void;
}

export interface WatchEvent<T extends KubeObject = KubeObject> {
  readonly type: 'ADDED' | 'MODIFIED' | 'DELETED' | 'BOOKMARK';
  /** For a bookmark only `metadata.resourceVersion` (and annotations) mean anything. */
  readonly object: T;
}

export interface Watch {
  cancel(): void;
}
