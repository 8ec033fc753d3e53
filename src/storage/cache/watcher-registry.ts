import type { CacheWatcher } from './cache-watcher.ts';
import type { ObjectChange } from './object-change.ts';

/**
 * The watchers of one resource, found by what they select, so that a change costs as much as the watchers that it may
 * concern: each watcher stands under the narrowest of its exact name, its indexed value, its namespace, or everything.
 */
export class WatcherRegistry {
  readonly #all = new WatcherList();
  readonly #byNamespace = new Map<string, WatcherList>();
  readonly #byName = new Map<string, WatcherList>();
  /** By the number of the index, then by value. */
  readonly #byValue: Map<string, WatcherList>[] = [];
  #size = 0;

  get size(): number {
    return this.#size;
  }

  add(watcher: CacheWatcher, indexNumber: number): void {
    this.#size++;
    const { namespace, name, equals } = watcher.selection;
    if (name !== undefined) listIn(this.#byName, name).add(watcher);
    else if (equals !== undefined) listIn(this.#valuesOf(indexNumber), equals.value).add(watcher);
    else if (namespace !== undefined) listIn(this.#byNamespace, namespace).add(watcher);
    else this.#all.add(watcher);
  }

  remove(watcher: CacheWatcher, indexNumber: number): void {
    this.#size--;
    const { namespace, name, equals } = watcher.selection;
    if (name !== undefined) removeFrom(this.#byName, name);
    else if (equals !== undefined) removeFrom(this.#valuesOf(indexNumber), equals.value);
    else if (namespace !== undefined) removeFrom(this.#byNamespace, namespace);
    else this.#all.forgetOne();
  }

  /** Calls `tell` for every watcher that the change may concern, each once, in a fixed order. */
  visit(change: ObjectChange, tell: (watcher: CacheWatcher, change: ObjectChange) => void): void {
    this.#all.visit(change, tell);
    if (this.#byNamespace.size > 0) this.#byNamespace.get(change.row.namespace)?.visit(change, tell);
    if (this.#byName.size > 0) this.#byName.get(change.row.name)?.visit(change, tell);
    for (let i = 0; i < this.#byValue.length; i++) this.#visitValues(i, change, tell);
  }

  /** Every watcher, whatever it selects. */
  everyone(): CacheWatcher[] {
    const maps = [this.#byNamespace, this.#byName, ...this.#byValue];
    const lists = [this.#all, ...maps.flatMap(map => [...map.values()])];
    return lists.flatMap(list => list.live());
  }

  #visitValues(
    indexNumber: number,
    change: ObjectChange,
    tell: (watcher: CacheWatcher, change: ObjectChange) => void,
  ): void {
    const watchers = this.#byValue[indexNumber]!;
    if (watchers.size === 0) return;
    const before = change.previous === undefined ? undefined : change.valuesBefore[indexNumber];
    const after = change.current === undefined ? undefined : change.valuesAfter[indexNumber];
    if (before !== undefined) watchers.get(before)?.visit(change, tell);
    if (after !== undefined && after !== before) watchers.get(after)?.visit(change, tell);
  }

  #valuesOf(indexNumber: number): Map<string, WatcherList> {
    while (this.#byValue.length <= indexNumber) this.#byValue.push(new Map());
    return this.#byValue[indexNumber]!;
  }
}

/** Watchers in the order in which they came; those that have gone are swept out when they are half of the list. */
class WatcherList {
  #watchers: CacheWatcher[] = [];
  #goneCount = 0;

  get isEmpty(): boolean {
    return this.#watchers.length === this.#goneCount;
  }

  add(watcher: CacheWatcher): void {
    this.#watchers.push(watcher);
  }

  /** One of the list has `isOver` now. */
  forgetOne(): void {
    this.#goneCount++;
    if (this.#goneCount * 2 <= this.#watchers.length) return;
    // A new array: a visit may be on its way through the old one.
    this.#watchers = this.live();
    this.#goneCount = 0;
  }

  live(): CacheWatcher[] {
    return this.#watchers.filter(watcher => !watcher.isOver);
  }

  visit(change: ObjectChange, tell: (watcher: CacheWatcher, change: ObjectChange) => void): void {
    const watchers = this.#watchers;
    // Who joins on the way has seen this change already.
    const { length } = watchers;
    for (let i = 0; i < length; i++) tell(watchers[i]!, change);
  }
}

function listIn(lists: Map<string, WatcherList>, key: string): WatcherList {
  let list = lists.get(key);
  if (list === undefined) {
    list = new WatcherList();
    lists.set(key, list);
  }
  return list;
}

function removeFrom(lists: Map<string, WatcherList>, key: string): void {
  const list = lists.get(key);
  list?.forgetOne();
  if (list?.isEmpty) lists.delete(key);
}
