import type { KubeObject, ResourceType } from '../machinery/index.ts';
import type { Informer } from './informer.ts';
import { keyOf } from './object-key.ts';

/**
 * Kubernetes: client-go's expectations expire after five minutes, so that a lost event cannot stop a controller for
 * good.
 */
const patienceMs = 5 * 60_000;

interface Write {
  readonly informer: Informer<KubeObject>;
  readonly untilMs: number;
  isVisible(): boolean;
}

/**
 * A controller's own writes that its view may not contain yet, by the key that they were made for. Until they are all
 * visible the key is not reconciled again, so it never acts twice on the same want.
 */
export class OwnWrites {
  readonly #writes = new Map<string, Write[]>();
  readonly #informerOf: (type: ResourceType) => Informer<KubeObject> | undefined;
  readonly #now: () => number;

  constructor(informerOf: (type: ResourceType) => Informer<KubeObject> | undefined, now: () => number) {
    this.#informerOf = informerOf;
    this.#now = now;
  }

  /** Remembers that `object` is what a write for `key` left behind. */
  recordWritten(key: string, type: ResourceType, object: KubeObject): void {
    const revision = Number(object.metadata?.resourceVersion);
    if (!Number.isFinite(revision)) return;
    this.#record(key, type, informer => informer.revision >= revision);
  }

  /** Remembers that the object was deleted for `key`: visible once it is gone or marked. */
  recordDeleted(key: string, type: ResourceType, deleted: KubeObject): void {
    const objectKey = keyOf(deleted);
    const uid = deleted.metadata.uid;
    this.#record(key, type, informer => {
      const seen = informer.getByKey(objectKey);
      return seen === undefined || seen.metadata.uid !== uid || seen.metadata.deletionTimestamp !== undefined;
    });
  }

  /** An informer that still lacks one of the key's writes; undefined when the key may be reconciled. */
  findLagging(key: string): Informer<KubeObject> | undefined {
    const writes = this.#writes.get(key);
    if (writes === undefined) return undefined;
    const now = this.#now();
    for (const write of writes) if (now < write.untilMs && !write.isVisible()) return write.informer;
    this.#writes.delete(key);
    return undefined;
  }

  #record(key: string, type: ResourceType, isVisible: (informer: Informer<KubeObject>) => boolean): void {
    const informer = this.#informerOf(type);
    if (informer === undefined || isVisible(informer)) return;
    const write: Write = { informer, untilMs: this.#now() + patienceMs, isVisible: () => isVisible(informer) };
    const writes = this.#writes.get(key);
    if (writes === undefined) this.#writes.set(key, [write]);
    else writes.push(write);
  }
}
