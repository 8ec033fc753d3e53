import type { UnknownObject } from '../../machinery/index.ts';
import type { CacheEvent, ObjectCache, Selection, StoredObject } from '../../storage/index.ts';
import type { ApiWatchEvent, ApiWatchSink } from '../core-contract.ts';
import type { ObjectConversion } from '../object-conversion.ts';

/**
 * Stands between a cache's watch and a watcher whose version a webhook converts to: one call for each batch, events in
 * their order, and the selection applied to what has been converted. Ends the watch when the webhook fails.
 */
export class ConvertedWatch implements ApiWatchSink {
  readonly #conversion: ObjectConversion;
  readonly #sink: ApiWatchSink;
  readonly #matches: Selection['matches'];
  /** Whether the object of a key matched when it was last seen. Only kept where there is something to match. */
  readonly #matched = new Map<string, boolean>();
  /** Settles when everything that has come in so far has been handed on. Never rejects. */
  #handedOn: Promise<void>;
  #hasEnded = false;

  constructor(conversion: ObjectConversion, sink: ApiWatchSink, matches: Selection['matches']) {
    this.#conversion = conversion;
    this.#sink = sink;
    this.#matches = matches;
    this.#handedOn = Promise.resolve();
  }

  /** Learns what matched at a revision, for watches that go on from there: what has not changed since is known. */
  learn(cache: ObjectCache, selection: Selection, revision: number): void {
    if (this.#matches === undefined) return;
    const { namespace, name } = selection;
    const unchanged = cache.select({ namespace, name }).filter(stored => stored.revision <= revision);
    this.#then(async () => {
      const shown = await this.#conversion.show(unchanged);
      for (const { key, object } of shown) this.#matched.set(key, this.#matches!(object));
    });
  }

  events(batch: readonly CacheEvent[]): void {
    this.#then(async () => {
      const changes = batch.filter(event => event.type !== 'BOOKMARK');
      const shown = await this.#conversion.show(changes.map(event => event.stored));
      const converted = new Map(changes.map((event, index) => [event, shown[index]!]));
      const told = batch.flatMap(event => this.#convert(event, converted.get(event)));
      if (told.length > 0 && !this.#hasEnded) this.#sink.events(told);
    });
  }

  end(error?: Error): void {
    this.#then(async () => this.#end(error));
  }

  #end(error?: Error): void {
    if (this.#hasEnded) return;
    this.#hasEnded = true;
    this.#sink.end(error);
  }

  #then(step: () => Promise<void>): void {
    this.#handedOn = this.#handedOn
      .then(() => (this.#hasEnded ? undefined : step()))
      .catch((error: unknown) => this.#end(error as Error));
  }

  #convert(event: CacheEvent, shown: StoredObject | undefined): readonly ApiWatchEvent[] {
    if (shown === undefined) return [event];
    const type = this.#typeFor(event, shown);
    return type === undefined ? [] : [new ConvertedEvent(type, event.revision, shown)];
  }

  /** What the change is to who sees only what matches; undefined when it is none. */
  #typeFor({ type, stored: { key } }: CacheEvent, shown: StoredObject): CacheEvent['type'] | undefined {
    if (this.#matches === undefined) return type;
    const did = this.#matched.get(key) ?? type === 'MODIFIED';
    const does = type !== 'DELETED' && this.#matches(shown.object);
    if (type === 'DELETED') {
      const wasKnown = this.#matched.get(key) ?? this.#matches(shown.object);
      this.#matched.delete(key);
      return wasKnown ? type : undefined;
    }
    this.#matched.set(key, does);
    if (does) return type === 'ADDED' || !did ? 'ADDED' : 'MODIFIED';
    return did && type !== 'ADDED' ? 'DELETED' : undefined;
  }
}

class ConvertedEvent implements CacheEvent {
  readonly type: CacheEvent['type'];
  readonly revision: number;
  readonly stored: StoredObject;

  constructor(type: CacheEvent['type'], revision: number, stored: StoredObject) {
    this.type = type;
    this.revision = revision;
    this.stored = stored;
  }

  get object(): UnknownObject {
    return this.stored.object;
  }

  get frame(): string {
    return `{"type":"${this.type}","object":${this.stored.json}}\n`;
  }
}
