import { type KubeObject, type ResourceType, StatusError } from '../machinery/index.ts';
import type { World } from '../world/index.ts';
import type { Client } from './client.ts';
import { keyOf } from './object-key.ts';
import { ObjectTable } from './object-table.ts';
import type { Watch, WatchEvent } from './transport.ts';

/** Hears of one change: `object` is absent when it is gone, `previous` when it is new. */
export type ChangeListener<T extends KubeObject> = (object: T | undefined, previous: T | undefined) => void;

export interface InformerScope {
  readonly namespace?: string | undefined;
  readonly labelSelector?: string | undefined;
  readonly fieldSelector?: string | undefined;
}

const retryMinMs = 200;
const retryMaxMs = 30_000;

/**
 * Keeps a copy of all objects of a kind (or those of a scope) that follows the API server: one list, then a watch,
 * again from the start when the server has forgotten the revision. In one process the copy holds the very instances
 * that the server stores, so it costs a map entry each.
 */
export class Informer<T extends KubeObject> {
  readonly type: ResourceType<T>;
  readonly #world: World;
  readonly #client: Client;
  readonly #scope: InformerScope;
  readonly #table = new ObjectTable<T>();
  readonly #listeners: ChangeListener<T>[] = [];
  #waiters: (() => void)[] = [];
  #watch: Watch | undefined;
  #revision = 0;
  #failures = 0;
  #isStarted = false;
  #isStopped = false;
  #hasSynced = false;

  constructor(world: World, client: Client, type: ResourceType<T>, scope: InformerScope = {}) {
    this.#world = world;
    this.#client = client;
    this.type = type;
    this.#scope = scope;
  }

  /** The revision up to which this copy has followed. */
  get revision(): number {
    return this.#revision;
  }

  /** The first list has been taken in. */
  get hasSynced(): boolean {
    return this.#hasSynced;
  }

  get(namespace: string | undefined, name: string): T | undefined {
    return this.#table.get(namespace ?? '', name);
  }

  getByKey(key: string): T | undefined {
    return this.#table.getByKey(key);
  }

  list(namespace?: string): readonly T[] {
    return this.#table.list(namespace);
  }

  listOwned(ownerUid: string): readonly T[] {
    return this.#table.listOwned(ownerUid);
  }

  listIndexed(index: string, value: string): readonly T[] {
    const list = this.#table.listIndexed(index, value);
    if (list === undefined) throw new Error(`no index ${index} over ${this.type.resource}`);
    return list;
  }

  /** Adds an index unless one of that name exists. */
  addIndex(name: string, valuesOf: (object: T) => readonly string[]): void {
    this.#table.addIndex(name, valuesOf);
  }

  /** Calls `listener` for every object already known, and then for every change. */
  onChange(listener: ChangeListener<T>): void {
    this.#listeners.push(listener);
    for (const object of this.#table.list()) listener(object, undefined);
  }

  /** Calls `run` once, after the next batch of changes has been taken in. */
  afterNextChange(run: () => void): void {
    this.#waiters.push(run);
  }

  /** Resolves when the first list has been taken in. */
  synced(): Promise<void> {
    return new Promise(resolve => {
      const check = (): void => {
        if (this.#hasSynced) resolve();
        else this.afterNextChange(check);
      };
      check();
    });
  }

  start(): void {
    if (this.#isStarted) return;
    this.#isStarted = true;
    this.#world.tasks.spawn(`informer ${this.type.resource}`, () => this.#listAndWatch());
  }

  stop(): void {
    this.#isStopped = true;
    this.#watch?.cancel();
  }

  async #listAndWatch(): Promise<void> {
    if (this.#isStopped) return;
    try {
      const list = await this.#client.list(this.type, { ...this.#scope, resourceVersion: '0' });
      if (this.#isStopped) return;
      this.#failures = 0;
      this.#takeList(list.items, Number(list.metadata.resourceVersion));
      this.#startWatch();
    } catch (error) {
      this.#retry(error, () => this.#listAndWatch());
    }
  }

  #takeList(items: readonly T[], revision: number): void {
    const before = this.#table.list();
    const listed = new Set<string>();
    for (const object of items) {
      const key = keyOf(object);
      listed.add(key);
      if (this.#table.getByKey(key)?.metadata.resourceVersion !== object.metadata.resourceVersion) this.#put(object);
    }
    for (const object of before) if (!listed.has(keyOf(object))) this.#delete(object);
    this.#revision = revision;
    this.#hasSynced = true;
    this.#wake();
  }

  #startWatch(): void {
    const options = { ...this.#scope, resourceVersion: String(this.#revision), allowWatchBookmarks: true };
    this.#watch = this.#client.watch(this.type, options, {
      events: batch => this.#takeEvents(batch as readonly WatchEvent<T>[]),
      end: error => this.#onWatchEnd(error),
    });
  }

  #takeEvents(batch: readonly WatchEvent<T>[]): void {
    this.#failures = 0;
    for (let i = 0; i < batch.length; i++) {
      const { type, object } = batch[i]!;
      if (type === 'DELETED') this.#delete(object);
      else if (type !== 'BOOKMARK') this.#put(object);
      this.#revision = Number(object.metadata.resourceVersion);
    }
    this.#wake();
  }

  #onWatchEnd(error: Error | undefined): void {
    this.#watch = undefined;
    if (this.#isStopped) return;
    if (error === undefined) {
      this.#startWatch();
    } else if (error instanceof StatusError && error.code === 410) {
      this.#world.tasks.spawn(`informer ${this.type.resource}`, () => this.#listAndWatch());
    } else {
      this.#retry(error, async () => this.#startWatch());
    }
  }

  #retry(error: unknown, again: () => Promise<void>): void {
    if (this.#isStopped) return;
    const delayMs = Math.min(retryMaxMs, retryMinMs * 2 ** this.#failures++);
    this.#world.log.warn('cannot follow the API server; trying again', {
      resource: this.type.resource,
      delayMs,
      error: error instanceof Error ? error.message : String(error),
    });
    this.#world.clock.after(delayMs, () => {
      if (!this.#isStopped) this.#world.tasks.spawn(`informer ${this.type.resource}`, again);
    });
  }

  #put(object: T): void {
    this.#tell(object, this.#table.put(object));
  }

  #delete({ metadata }: T): void {
    const previous = this.#table.delete(metadata.namespace ?? '', metadata.name ?? '');
    if (previous !== undefined) this.#tell(undefined, previous);
  }

  #tell(object: T | undefined, previous: T | undefined): void {
    for (let i = 0; i < this.#listeners.length; i++) this.#listeners[i]!(object, previous);
  }

  #wake(): void {
    if (this.#waiters.length === 0) return;
    const waiters = this.#waiters;
    this.#waiters = [];
    for (const run of waiters) run();
  }
}
