import type { KubeObject } from '../../machinery/index.ts';
import { encodeMessage, frameWatchEvent, sealEnvelope } from '../../machinery/protobuf/index.ts';
import type { StoredObject } from '../../storage/index.ts';
import type { ApiWatchEvent, ServedResource } from '../core-contract.ts';
import { convertToServed } from '../served-version.ts';
import { identityOf, partialIdentity, partialSchema } from './protobuf-identity.ts';

/** Of `meta.k8s.io`, where only an object's metadata is wanted. */
export type PartialVersion = 'v1' | 'v1beta1' | undefined;

/** Bytes that are kept before all are forgotten: what many read again soon, not what a list of a large cluster holds. */
const keptBytesMax = 64 * 1024 * 1024;

/**
 * Protobuf of stored objects and of watch events, made once while many ask for the same. Bounded: it begins anew when it
 * holds too much.
 */
export class MessageCache {
  #messages = new WeakMap<StoredObject, Map<string, Uint8Array>>();
  #frames = new WeakMap<ApiWatchEvent, Map<string, Uint8Array>>();
  #keptBytes = 0;

  /** The message of the object in the resource's version, or of its metadata alone. */
  message(stored: StoredObject, resource: ServedResource, partial: PartialVersion): Uint8Array {
    const form = formOf(resource, partial);
    const known = this.#messages.get(stored)?.get(form);
    if (known !== undefined) return known;
    const message = encodeServed(stored.peek(), resource, partial);
    remember(this.#messages, stored, form, message);
    this.#count(message.length);
    return message;
  }

  /** The event as one frame of a watch. */
  frame(event: ApiWatchEvent, resource: ServedResource, partial: PartialVersion): Uint8Array {
    const form = formOf(resource, partial);
    const known = this.#frames.get(event)?.get(form);
    if (known !== undefined) return known;
    const message =
      event.type === 'BOOKMARK'
        ? encodeServed(event.object, resource, partial)
        : this.message(event.stored, resource, partial);
    const identity = partial === undefined ? identityOf(resource) : partialIdentity(partial);
    const frame = frameWatchEvent(event.type, sealEnvelope({ ...identity, message }));
    remember(this.#frames, event, form, frame);
    this.#count(frame.length);
    return frame;
  }

  #count(bytes: number): void {
    this.#keptBytes += bytes;
    if (this.#keptBytes <= keptBytesMax) return;
    this.#keptBytes = 0;
    this.#messages = new WeakMap();
    this.#frames = new WeakMap();
  }
}

/** What is not stored, encoded for its one reader. */
export function encodeServed(object: KubeObject, resource: ServedResource, partial: PartialVersion): Uint8Array {
  if (partial !== undefined) return encodeMessage({ metadata: object.metadata }, partialSchema);
  return encodeMessage(convertToServed(object, resource), resource.version.schema());
}

function formOf({ version: { type } }: ServedResource, partial: PartialVersion): string {
  return partial === undefined ? `${type.group}/${type.version}` : `meta/${partial}`;
}

function remember<K extends object>(
  cache: WeakMap<K, Map<string, Uint8Array>>,
  key: K,
  form: string,
  bytes: Uint8Array,
): void {
  const forms = cache.get(key);
  if (forms === undefined) cache.set(key, new Map([[form, bytes]]));
  else forms.set(form, bytes);
}
