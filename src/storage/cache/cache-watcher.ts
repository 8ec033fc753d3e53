import type { UnknownObject } from '../../machinery/index.ts';
import type { CacheEvent, CacheWatch, CacheWatchSink, Selection } from '../object-cache.ts';
import type { StoredObject } from '../stored-object.ts';
import type { ObjectChange } from './object-change.ts';

/** One watch: what it selects, and what of a commit it is still to be told. */
export class CacheWatcher implements CacheWatch {
  readonly selection: Selection;
  readonly sink: CacheWatchSink;
  readonly wantsBookmarks: boolean;
  isOver = false;
  isRegistered = false;
  /** What happened up to here is known to the watcher, or was not asked for. */
  #sinceRevision: number;
  /** Reads the field that `selection.equals` is about. */
  readonly #readValue: ((object: UnknownObject) => string | undefined) | undefined;
  readonly #onCancel: (watcher: CacheWatcher) => void;
  #pending: CacheEvent[] = [];

  constructor(
    selection: Selection,
    sink: CacheWatchSink,
    options: {
      readonly sinceRevision: number;
      readonly readValue: ((object: UnknownObject) => string | undefined) | undefined;
      readonly wantsBookmarks: boolean;
    },
    onCancel: (watcher: CacheWatcher) => void,
  ) {
    this.selection = selection;
    this.sink = sink;
    this.wantsBookmarks = options.wantsBookmarks;
    this.#sinceRevision = options.sinceRevision;
    this.#readValue = options.readValue;
    this.#onCancel = onCancel;
  }

  cancel(): void {
    if (this.isOver) return;
    this.isOver = true;
    if (this.isRegistered) this.#onCancel(this);
  }

  /** From here on the registry tells it what happens after `revision`. */
  begin(revision: number): void {
    this.isRegistered = true;
    this.#sinceRevision = Math.max(this.#sinceRevision, revision);
  }

  end(error?: Error): void {
    if (this.isOver) return;
    this.cancel();
    this.sink.end(error);
  }

  /** What this watcher is told of the change; undefined when it is none of its business. */
  translate(change: ObjectChange): CacheEvent | undefined {
    return this.isOver || change.revision <= this.#sinceRevision ? undefined : this.translatePast(change);
  }

  /** The same for changes from before the watch began. */
  translatePast(change: ObjectChange): CacheEvent | undefined {
    const { namespace, name, equals, matches } = this.selection;
    if (namespace !== undefined && change.row.namespace !== namespace) return undefined;
    if (name !== undefined && change.row.name !== name) return undefined;
    if (equals === undefined && matches === undefined) return change;
    const was = this.#selects(change.previous);
    const is = this.#selects(change.current);
    if (is) return was ? change : change.asAdded();
    return was ? change.asDeleted() : undefined;
  }

  /** Keeps an event for the end of the commit; says whether it is the first. */
  hold(event: CacheEvent): boolean {
    return this.#pending.push(event) === 1;
  }

  flush(): void {
    const batch = this.#pending;
    this.#pending = [];
    if (!this.isOver) this.sink.events(batch);
  }

  #selects(stored: StoredObject | undefined): boolean {
    if (stored === undefined) return false;
    const { equals, matches } = this.selection;
    if (equals !== undefined && (this.#readValue!(stored.peek()) ?? '') !== equals.value) return false;
    return matches === undefined || matches(stored.peek());
  }
}
