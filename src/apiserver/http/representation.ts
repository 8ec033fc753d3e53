import type { KubeObject } from '../../machinery/index.ts';
import type { StoredObject } from '../../storage/index.ts';
import type { ServedResource } from '../core-contract.ts';
import { convertToServed, isShownAsStored } from '../served-version.ts';

/** Only who the object is: `meta.k8s.io`'s PartialObjectMetadata. */
export function toPartialMetadata(object: KubeObject, asVersion: 'v1' | 'v1beta1'): KubeObject {
  return { kind: 'PartialObjectMetadata', apiVersion: `meta.k8s.io/${asVersion}`, metadata: object.metadata };
}

/**
 * JSON texts of stored objects, made at most once for each form that anybody asks for. The stored version's text is the
 * store's own; others live exactly as long as the stored object.
 */
export class RepresentationCache {
  readonly #texts = new WeakMap<StoredObject, Map<string, string>>();

  /** The whole object in the resource's version. */
  json(stored: StoredObject, resource: ServedResource): string {
    if (isShownAsStored(resource)) return stored.json;
    if (convertToServed(stored.object, resource) === stored.object) return stored.json;
    const { group, version } = resource.version.type;
    return this.#remember(stored, `${group}/${version}`, () =>
      JSON.stringify(convertToServed(stored.object, resource)),
    );
  }

  partial(stored: StoredObject, asVersion: 'v1' | 'v1beta1'): string {
    return this.#remember(stored, `meta/${asVersion}`, () =>
      JSON.stringify(toPartialMetadata(stored.object, asVersion)),
    );
  }

  #remember(stored: StoredObject, form: string, make: () => string): string {
    let texts = this.#texts.get(stored);
    if (texts === undefined) {
      texts = new Map();
      this.#texts.set(stored, texts);
    }
    let text = texts.get(form);
    if (text === undefined) {
      text = make();
      texts.set(form, text);
    }
    return text;
  }
}
