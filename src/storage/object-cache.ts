import type { UnknownObject } from '../machinery/index.ts';
import type { StoredObject } from './stored-object.ts';

/** What the watch cache must know about a resource to serve it. */
export interface CachedResource {
  readonly group: string;
  /** The plural: `pods`. */
  readonly resource: string;
  /** What stands in the objects of bookmarks. */
  readonly apiVersion: string;
  readonly kind: string;
  /**
   * Fields by which lists and watches find objects without looking at all of them, named as in a field selector:
   * `{ 'spec.nodeName': pod => pod.spec.nodeName }`. `undefined` counts as `''`, as in field selectors.
   * `metadata.name` and `metadata.namespace` need no index.
   */
  readonly indexes?: Readonly<Record<string, (object: UnknownObject) => string | undefined>> | undefined;
}

/** Which objects a list or a watch is about. All conditions must hold; absent ones hold always. */
export interface Selection {
  readonly namespace?: string | undefined;
  /** An exact `metadata.name`. */
  readonly name?: string | undefined;
  /** An indexed field's value. */
  readonly equals?: { readonly field: string; readonly value: string } | undefined;
  /** Everything else: label selectors and the field selectors that no index serves. Must depend on nothing but the object. */
  readonly matches?: ((object: UnknownObject) => boolean) | undefined;
}

/** Paging and consistency as in `metav1.ListOptions`, texts as they came in the query. */
export interface ListRequest extends Selection {
  readonly limit?: number | undefined;
  readonly continue?: string | undefined;
  readonly resourceVersion?: string | undefined;
  readonly resourceVersionMatch?: string | undefined;
}

export interface ListResult {
  /** In key order: by namespace, then by name. */
  readonly objects: readonly StoredObject[];
  /** The revision at which the list is exact: the list's `metadata.resourceVersion`. */
  readonly revision: number;
  /** The list's `metadata.continue`; absent on the last page. */
  readonly continue?: string | undefined;
  /** Absent when nothing remains, or when a selector makes it unknown. */
  readonly remainingItemCount?: number | undefined;
}

export interface CacheWatchRequest extends Selection {
  /**
   * Tell what happened after this revision. Absent or 0: the current objects first, as ADDED, then what happens
   * (Kubernetes: "get state and start").
   */
  readonly fromRevision?: number | undefined;
  /** Current objects first, then a bookmark with `k8s.io/initial-events-end`, at a revision not older than `fromRevision`. */
  readonly sendInitialEvents?: boolean | undefined;
  /** Whether to tell now and then, by a BOOKMARK, how far the watch has got. */
  readonly bookmarks?: boolean | undefined;
}

/**
 * One thing that a watcher is told. Has the shape of the client's `WatchEvent`, so that a transport within the process
 * hands on the very batches that it gets. Shared by all watchers.
 */
export interface CacheEvent {
  readonly type: 'ADDED' | 'MODIFIED' | 'DELETED' | 'BOOKMARK';
  /** The revision of the change; what a later watch continues from. */
  readonly revision: number;
  /** For DELETED: the last state that the watcher knew, at the revision of the deletion. */
  readonly stored: StoredObject;
  readonly object: UnknownObject;
  /** `{"type":"ADDED","object":{…}}\n`, made at most once however many watchers there are. */
  readonly frame: string;
}

export interface CacheWatchSink {
  /** Changes in order, in the same turn as the commit that made them; a batch a commit. Must not throw. */
  events(batch: readonly CacheEvent[]): void;
  /** Nothing comes after it. Without an error when the server stops. */
  end(error?: Error): void;
}

export interface CacheWatch {
  /** Ends it without a word to the sink. */
  cancel(): void;
}

/** The reading side of one resource: everything that GET, LIST and WATCH answer comes from here. */
export interface ObjectCache {
  readonly resource: CachedResource;
  /** What every key of this resource begins with. */
  readonly prefix: string;
  /** How many objects there are. */
  readonly size: number;
  /** How many changes there were since the process began. */
  readonly changes: number;
  /** The current version; reads its own process's writes. `namespace` is `''` for cluster-scoped kinds. */
  get(namespace: string, name: string): StoredObject | undefined;
  /** A few of them, the first by key: to guess what the others are like. */
  sample(limit: number): StoredObject[];
  /** All that match, now, without paging: for admission and for the server's own use. */
  select(selection: Selection): StoredObject[];
  /**
   * A list with upstream's consistency rules. Rejects with `StatusError`: 400 for a malformed token or revision,
   * 410 `Expired` when the snapshot is gone, 504 `Timeout` for a revision that does not exist yet.
   */
  list(request: ListRequest): Promise<ListResult>;
  /** Problems reach `sink.end` as a `StatusError`: 410 `Expired` when `fromRevision` is too old. */
  watch(request: CacheWatchRequest, sink: CacheWatchSink): CacheWatch;
}
