import { ObjectResidency } from './object-residency.ts';
import type { ValueCodec } from './store.ts';
import { StoredObject } from './stored-object.ts';

/**
 * The codec of every store of objects. With a residency (stores that encode: SQLite) the text stays in memory and
 * decoded instances are bounded; without (the memory store) objects stay decoded and text is made only if asked for.
 */
export function createObjectCodec(options: { readonly residency?: ObjectResidency } = {}): ValueCodec<StoredObject> {
  const { residency } = options;
  return {
    encode: stored => stored.json,
    decode: (text, modRevision, key) => new StoredObject(key, modRevision, undefined, text, residency),
    atRevision: (draft, revision) => draft.atRevision(revision, residency),
  };
}

/** The codec for stores that keep text, with the default bound on decoded instances. */
export function createTextCodec(decodedLimit?: number): ValueCodec<StoredObject> {
  return createObjectCodec({ residency: new ObjectResidency(decodedLimit) });
}
