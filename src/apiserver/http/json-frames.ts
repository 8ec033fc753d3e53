import { formatGroupVersion, type ObjectMeta, type StatusError } from '../../machinery/index.ts';
import type { ApiWatchEvent, ServedResource } from '../core-contract.ts';
import { convertToServed, isShownAsStored } from '../served-version.ts';
import type { Representation } from './negotiation.ts';
import type { RepresentationCache } from './representation.ts';
import { columnsOf, formatRow, formatTableHead, type IncludedObject, type TableForm, tableTail } from './table.ts';
import type { WatchFrames } from './watch-response.ts';

export interface JsonForm {
  readonly as: Representation['as'];
  readonly asVersion: 'v1' | 'v1beta1';
  readonly includes: IncludedObject;
  now(): number;
}

/**
 * Lines of JSON. They are shared by all watchers that want the same form; only Tables, whose cells depend on the time,
 * are made for each. One instance a watcher, because only its first Table describes the columns.
 */
export class JsonFrames implements WatchFrames {
  readonly contentType = 'application/json';
  readonly #resource: ServedResource;
  readonly #form: JsonForm;
  readonly #cache: RepresentationCache;
  readonly #isStoredVersion: boolean;
  #hasSentColumns = false;

  constructor(resource: ServedResource, form: JsonForm, cache: RepresentationCache) {
    this.#resource = resource;
    this.#form = form;
    this.#cache = cache;
    this.#isStoredVersion = isShownAsStored(resource);
  }

  format(event: ApiWatchEvent): string {
    const { as, asVersion } = this.#form;
    if (as === undefined && this.#isStoredVersion) return event.frame;
    if (event.type === 'BOOKMARK') return this.#formatBookmark(event.object.metadata);
    if (as === undefined) {
      // A CRD's objects may have been stored in another version, or before a default came.
      const isAsStored = convertToServed(event.object, this.#resource) === event.object;
      return isAsStored ? event.frame : wrap(event.type, this.#cache.json(event.stored, this.#resource));
    }
    if (as !== 'Table') return wrap(event.type, this.#cache.partial(event.stored, asVersion));
    const form = this.#tableForm();
    const { resourceVersion } = event.object.metadata;
    const head = formatTableHead(form, { resourceVersion }, !this.#hasSentColumns);
    this.#hasSentColumns = true;
    return wrap(event.type, head + formatRow(event.object, form) + tableTail);
  }

  formatError(error: StatusError): string {
    return wrap('ERROR', JSON.stringify(error.toStatus()));
  }

  #formatBookmark({ resourceVersion, annotations }: ObjectMeta): string {
    const { as, asVersion } = this.#form;
    if (as === 'Table') {
      return wrap('BOOKMARK', formatTableHead(this.#tableForm(), { resourceVersion }, false) + tableTail);
    }
    const { type } = this.#resource.version;
    const identity =
      as === undefined
        ? { kind: type.kind, apiVersion: formatGroupVersion(type) }
        : { kind: 'PartialObjectMetadata', apiVersion: `meta.k8s.io/${asVersion}` };
    return wrap('BOOKMARK', JSON.stringify({ ...identity, metadata: { resourceVersion, annotations } }));
  }

  #tableForm(): TableForm {
    const { asVersion, includes } = this.#form;
    const resource = this.#resource;
    return { resource, columns: columnsOf(resource), asVersion, includes, nowMs: this.#form.now() };
  }
}

function wrap(type: string, object: string): string {
  return `{"type":"${type}","object":${object}}\n`;
}
