import type { UnknownObject } from '../../machinery/index.ts';
import { SortedChunks } from '../mvcc/index.ts';
import type {
  CachedResource,
  CacheEvent,
  CacheWatch,
  CacheWatchRequest,
  CacheWatchSink,
  ListRequest,
  ListResult,
  ObjectCache,
  Selection,
} from '../object-cache.ts';
import { objectKey } from '../object-keys.ts';
import { prefixEnd } from '../store.ts';
import type { StoredObject } from '../stored-object.ts';
import { createBookmark } from './bookmark.ts';
import type { CacheHost } from './cache-host.ts';
import { CacheWatcher } from './cache-watcher.ts';
import { ChangeLog } from './change-log.ts';
import { FieldIndexes } from './field-indexes.ts';
import { Listing } from './listing.ts';
import { ObjectChange, PlainEvent } from './object-change.ts';
import { tooOldForWatch } from './revision-errors.ts';
import type { Row } from './row.ts';
import { WatcherRegistry } from './watcher-registry.ts';

export type ResourceRow = Row<ResourceCache>;

/** The objects of one resource. */
export class ResourceCache implements ObjectCache {
  readonly prefix: string;
  readonly rows = new SortedChunks<ResourceRow>();
  readonly log: ChangeLog;
  changes = 0;
  readonly watchers = new WatcherRegistry();
  readonly #host: CacheHost;
  readonly #byNamespace = new Map<string, Map<string, ResourceRow>>();
  #resource: CachedResource;
  #indexes: FieldIndexes;

  constructor(resource: CachedResource, prefix: string, host: CacheHost) {
    this.#resource = resource;
    this.prefix = prefix;
    this.#host = host;
    this.log = new ChangeLog(host.revision);
    this.#indexes = new FieldIndexes(resource);
  }

  get resource(): CachedResource {
    return this.#resource;
  }

  get size(): number {
    return this.rows.size;
  }

  /** Says what the resource is: its objects may have been there before anybody knew. */
  define(resource: CachedResource): void {
    if (this.watchers.size > 0) throw new Error(`${this.prefix} is being watched and cannot be defined anew`);
    this.#resource = resource;
    this.#indexes = new FieldIndexes(resource);
    for (const row of this.#allRows()) row.values = this.#indexes.valuesOf(row.stored);
  }

  get(namespace: string, name: string): StoredObject | undefined {
    return this.#byNamespace.get(namespace)?.get(name)?.stored;
  }

  hasKey = (key: string): boolean => {
    const rest = key.slice(this.prefix.length);
    const slash = rest.indexOf('/');
    return this.get(rest.slice(0, Math.max(0, slash)), rest.slice(slash + 1)) !== undefined;
  };

  sample(limit: number): StoredObject[] {
    const found: StoredObject[] = [];
    this.rows.visit(this.prefix, prefixEnd(this.prefix), ({ stored }) => found.push(stored) < limit);
    return found;
  }

  select(selection: Selection): StoredObject[] {
    const { namespace, matches } = selection;
    const found: StoredObject[] = [];
    const offer = ({ stored }: ResourceRow): boolean => {
      if (matches === undefined || matches(stored.peek())) found.push(stored);
      return true;
    };
    const narrowed = this.narrow(selection);
    if (narrowed !== undefined) {
      for (const row of narrowed) if (namespace === undefined || row.namespace === namespace) offer(row);
      return found;
    }
    const listPrefix = namespace === undefined ? this.prefix : `${this.prefix}${namespace}/`;
    this.rows.visit(listPrefix, prefixEnd(listPrefix), offer);
    return found;
  }

  async list(request: ListRequest): Promise<ListResult> {
    return new Listing(this, this.#host, request).run();
  }

  watch(request: CacheWatchRequest, sink: CacheWatchSink): CacheWatch {
    const { fromRevision = 0, sendInitialEvents } = request;
    const watcher = this.#createWatcher(request, sink);
    if (sendInitialEvents === true && fromRevision > this.#host.revision) this.#startOnceReached(watcher, fromRevision);
    else if (sendInitialEvents === true) this.#startFromState(watcher, true);
    else if (fromRevision > 0) this.#startFromLog(watcher, fromRevision);
    else if (sendInitialEvents === false) this.#register(watcher);
    else this.#startFromState(watcher, false);
    return watcher;
  }

  endWatches(error?: Error): void {
    for (const watcher of this.watchers.everyone()) watcher.end(error);
  }

  /** Takes over an object that was in the store before the cache. */
  load(key: string, namespace: string, name: string, stored: StoredObject): ResourceRow {
    const row: ResourceRow = { key, namespace, name, cache: this, stored, values: this.#indexes.valuesOf(stored) };
    this.rows.insert(row);
    this.#indexes.add(row);
    let names = this.#byNamespace.get(namespace);
    if (names === undefined) {
      names = new Map();
      this.#byNamespace.set(namespace, names);
    }
    names.set(name, row);
    return row;
  }

  /** A created object's change; `row` is what `load` returned. */
  recordCreation(row: ResourceRow, revision: number): ObjectChange {
    return this.#record(new ObjectChange(revision, row, undefined, row.stored, row.values, row.values));
  }

  update(row: ResourceRow, stored: StoredObject, revision: number): ObjectChange {
    const previous = row.stored;
    const before = row.values;
    row.stored = stored;
    row.values = this.#indexes.valuesOf(stored, before);
    if (row.values !== before) this.#indexes.move(row, before);
    return this.#record(new ObjectChange(revision, row, previous, stored, before, row.values));
  }

  remove(row: ResourceRow, revision: number): ObjectChange {
    this.rows.delete(row.key);
    this.#indexes.remove(row);
    const names = this.#byNamespace.get(row.namespace)!;
    names.delete(row.name);
    if (names.size === 0) this.#byNamespace.delete(row.namespace);
    return this.#record(new ObjectChange(revision, row, row.stored, undefined, row.values, row.values));
  }

  tellBookmark(watchers: readonly CacheWatcher[], isInitialEnd: boolean): void {
    const batch = [createBookmark(this.#resource, this.prefix, this.#host.revision, isInitialEnd)];
    for (const watcher of watchers) if (!watcher.isOver) watcher.sink.events(batch);
  }

  narrow(selection: Selection): readonly ResourceRow[] | undefined {
    const { namespace, name, equals } = selection;
    if (name !== undefined)
      return this.#findByName(namespace, name).filter(row => this.hasIndexedValue(selection, row.stored));
    if (equals === undefined) return undefined;
    const number = this.#indexes.use(equals.field, this.#allRows());
    return this.#indexes.select(number, equals.value) as ResourceRow[];
  }

  hasIndexedValue({ equals }: Selection, stored: StoredObject): boolean {
    return equals === undefined || (this.#readerOf(equals.field)(stored.peek()) ?? '') === equals.value;
  }

  #findByName(namespace: string | undefined, name: string): ResourceRow[] {
    const scopes = namespace === undefined ? [...this.#byNamespace.keys()].sort() : [namespace];
    return scopes.map(scope => this.#byNamespace.get(scope)?.get(name)).filter(row => row !== undefined);
  }

  #readerOf(field: string): (object: UnknownObject) => string | undefined {
    const read = this.#resource.indexes?.[field];
    if (read === undefined) throw new Error(`no index of field ${field} for ${objectKey(this.prefix, '', '')}`);
    return read;
  }

  #allRows(): ResourceRow[] {
    const rows: ResourceRow[] = [];
    this.rows.visit('', undefined, row => rows.push(row) > 0);
    return rows;
  }

  #record(change: ObjectChange): ObjectChange {
    this.log.push(change);
    this.changes++;
    return change;
  }

  #createWatcher(request: CacheWatchRequest, sink: CacheWatchSink): CacheWatcher {
    const { fromRevision = 0, equals, bookmarks = false } = request;
    const readValue = equals === undefined ? undefined : this.#readerOf(equals.field);
    return new CacheWatcher(
      request,
      sink,
      { sinceRevision: fromRevision, readValue, wantsBookmarks: bookmarks },
      watcher => this.watchers.remove(watcher, this.#indexNumberOf(watcher)),
    );
  }

  #indexNumberOf({ selection: { equals } }: CacheWatcher): number {
    return equals === undefined ? -1 : this.#indexes.use(equals.field, this.#allRows());
  }

  #register(watcher: CacheWatcher): void {
    this.watchers.add(watcher, this.#indexNumberOf(watcher));
    watcher.begin(this.#host.revision);
    if (watcher.wantsBookmarks) this.#host.startBookmarks();
  }

  #startFromState(watcher: CacheWatcher, endsWithBookmark: boolean): void {
    const { revision } = this.#host;
    const initial = this.select(watcher.selection).map(stored => new PlainEvent('ADDED', revision, stored));
    this.#register(watcher);
    if (initial.length > 0) watcher.sink.events(initial);
    if (endsWithBookmark && watcher.wantsBookmarks) this.tellBookmark([watcher], true);
  }

  #startFromLog(watcher: CacheWatcher, fromRevision: number): void {
    if (fromRevision < this.log.floor) {
      watcher.end(tooOldForWatch(fromRevision, this.log.floor));
      return;
    }
    const past: CacheEvent[] = [];
    this.log.visitSince(fromRevision, change => {
      const event = watcher.translatePast(change);
      if (event !== undefined) past.push(event);
    });
    this.#register(watcher);
    if (past.length > 0) watcher.sink.events(past);
  }

  #startOnceReached(watcher: CacheWatcher, revision: number): void {
    this.#host.reach(revision).then(
      () => {
        if (!watcher.isOver) this.#startFromState(watcher, true);
      },
      (error: Error) => watcher.end(error),
    );
  }
}
