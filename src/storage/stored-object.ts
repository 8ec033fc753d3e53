import type { UnknownObject } from '../machinery/index.ts';
import type { ObjectResidency } from './object-residency.ts';

/**
 * One version of one object, shared by the store, the watch cache, every informer and every connection: at most one
 * decoded instance and one JSON text, each made when first asked for. (Watch frames are memoised where there is one for
 * many: in `CacheEvent.frame`.)
 *
 * Immutable for everybody: what is memoised inside never changes what can be observed.
 */
export class StoredObject {
  readonly key: string;
  /** The store's revision at which it was written; 0 for a draft. */
  readonly revision: number;
  #object: UnknownObject | undefined;
  #json: string | undefined;
  #decoded: WeakRef<UnknownObject> | undefined;
  readonly #residency: ObjectResidency | undefined;

  /** Use `draftObject`, or a codec: one of `object` and `json` must be given. */
  constructor(
    key: string,
    revision: number,
    object: UnknownObject | undefined,
    json: string | undefined,
    residency: ObjectResidency | undefined,
  ) {
    this.key = key;
    this.revision = revision;
    this.#object = object;
    this.#json = json;
    this.#residency = residency;
  }

  /** The decoded object with its `metadata.resourceVersion`. Parsed on demand when it came as text. */
  get object(): UnknownObject {
    return this.#object ?? this.#decode();
  }

  /** Whether a look at the object costs nothing. */
  get isDecoded(): boolean {
    return this.#object !== undefined;
  }

  /** The decoded object, not kept: for a look at every object of a resource, which would keep all of them decoded. */
  peek(): UnknownObject {
    return this.#object ?? this.#decoded?.deref() ?? (JSON.parse(this.#json!) as UnknownObject);
  }

  /** The object's JSON with its `metadata.resourceVersion`: what a GET answers with. */
  get json(): string {
    if (this.#json === undefined) {
      this.#json = JSON.stringify(this.#object);
      if (this.revision !== 0) this.#residency?.hold(this);
    }
    return this.#json;
  }

  /** The same object as if written at `revision`: a draft's way into the store, and what a DELETED event carries. */
  atRevision(revision: number, residency: ObjectResidency | undefined = this.#residency): StoredObject {
    const object = this.object;
    const metadata = { ...object.metadata, resourceVersion: String(revision) };
    return new StoredObject(this.key, revision, { ...object, metadata }, undefined, residency);
  }

  /** For `ObjectResidency`: keeps only the text; the decoded instance lives on as long as somebody else holds it. */
  forgetDecoded(): void {
    if (this.#object === undefined || this.#json === undefined) return;
    this.#decoded = new WeakRef(this.#object);
    this.#object = undefined;
  }

  #decode(): UnknownObject {
    const object = this.#decoded?.deref() ?? (JSON.parse(this.#json!) as UnknownObject);
    this.#object = object;
    this.#decoded = undefined;
    this.#residency?.hold(this);
    return object;
  }
}

/**
 * What a writer hands to `Store.commit`: the store returns the object again with `metadata.resourceVersion` set to the
 * revision of the write. A placeholder in that field (any text) keeps its place among the object's fields.
 */
export function draftObject(key: string, object: UnknownObject): StoredObject {
  return new StoredObject(key, 0, object, undefined, undefined);
}
