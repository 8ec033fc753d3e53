import type { Column } from '../../api/index.ts';
import type { KubeObject } from '../../machinery/index.ts';
import type { StoredObject } from '../../storage/index.ts';
import type { ApiResult, ListResult, ObjectResult, OtherResult, ServedResource } from '../core-contract.ts';
import { convertToServed } from '../served-version.ts';
import { completeObject } from './complete-object.ts';
import type { HttpBody, HttpResponse } from './http-message.ts';
import type { MessageCache } from './message-cache.ts';
import type { Representation } from './negotiation.ts';
import { respondProtobuf } from './protobuf-response.ts';
import { type RepresentationCache, toPartialMetadata } from './representation.ts';
import { scaleColumns } from './scale-columns.ts';
import { jsonHeaders } from './status-response.ts';
import { columnsOf, formatRow, formatTableHead, type IncludedObject, type TableForm, tableTail } from './table.ts';
import { formatYaml, yamlType } from './yaml-text.ts';

export interface WriteOptions {
  readonly representation: Representation;
  readonly includes: IncludedObject;
  readonly nowMs: number;
}

/** Turns results of the core into responses, from stored texts wherever they will do. */
export class ResponseWriter {
  readonly #cache: RepresentationCache;
  readonly #messages: MessageCache;

  constructor(cache: RepresentationCache, messages: MessageCache) {
    this.#cache = cache;
    this.#messages = messages;
  }

  async write(result: ApiResult, options: WriteOptions): Promise<HttpResponse> {
    const { representation } = options;
    if (representation.format === 'yaml') return this.#writeYaml(result);
    if (representation.format === 'protobuf') return respondProtobuf(result, representation, this.#messages);
    const status = result.kind === 'list' ? 200 : result.code;
    const body = result.kind === 'list' ? this.#listBody(result, options) : this.#objectBody(result, options);
    return { status, headers: jsonHeaders, body };
  }

  /** What a fast path may answer with at once: the plain object from its stored text. */
  writePlain(result: ObjectResult): HttpResponse {
    return { status: result.code, headers: jsonHeaders, body: `${this.#json(result)}\n` };
  }

  #objectBody(result: Exclude<ApiResult, ListResult>, options: WriteOptions): string {
    const { as, asVersion = 'v1' } = options.representation;
    if (result.kind === 'other') return formatOther(result, options);
    if (as === 'Table') {
      const form = tableForm(result.resource, options);
      const { resourceVersion } = result.object.metadata;
      return `${formatTableHead(form, { resourceVersion }, true)}${formatRow(result.object, form)}${tableTail}\n`;
    }
    if (as === undefined) return `${this.#json(result)}\n`;
    const text =
      result.stored === undefined
        ? JSON.stringify(toPartialMetadata(result.object, asVersion))
        : this.#cache.partial(result.stored, asVersion);
    return `${text}\n`;
  }

  #json(result: ObjectResult): string {
    return result.stored === undefined
      ? JSON.stringify(convertToServed(result.object, result.resource))
      : this.#cache.json(result.stored, result.resource);
  }

  #listBody(result: ListResult, options: WriteOptions): HttpBody {
    const { as, asVersion = 'v1' } = options.representation;
    if (as === 'Table') {
      const form = tableForm(result.resource, options);
      const head = formatTableHead(form, result.metadata, true);
      return sliceList(head, result.items, stored => formatRow(stored.object, form));
    }
    if (as !== undefined) {
      const head = formatListHead('PartialObjectMetadataList', `meta.k8s.io/${asVersion}`, result);
      return sliceList(head, result.items, stored => this.#cache.partial(stored, asVersion));
    }
    const { kind, group, version } = result.resource.version.type;
    // Kubernetes leaves apiVersion and kind out of the items of built-in kinds' lists.
    // Differs from Kubernetes: they stay, because the items are the stored texts.
    const head = formatListHead(`${kind}List`, group === '' ? version : `${group}/${version}`, result);
    return sliceList(head, result.items, stored => this.#cache.json(stored, result.resource));
  }

  async #writeYaml(result: ApiResult): Promise<HttpResponse> {
    const status = result.kind === 'list' ? 200 : result.code;
    const body = await formatYaml(completeObject(result));
    return { status, headers: { ...jsonHeaders, 'content-type': yamlType }, body };
  }
}

function tableForm(resource: ServedResource, options: WriteOptions): TableForm {
  const { asVersion = 'v1' } = options.representation;
  const { includes, nowMs } = options;
  return { resource, columns: columnsOf(resource), asVersion, includes, nowMs };
}

/** Complete as it is, but where the client wants columns and there are some. */
function formatOther({ object, resource }: OtherResult, options: WriteOptions): string {
  const { as, asVersion = 'v1' } = options.representation;
  const columns = as === 'Table' ? otherColumns(object, resource) : undefined;
  if (columns === undefined) return `${JSON.stringify(object)}\n`;
  const { includes, nowMs } = options;
  const form: TableForm = { resource, columns, asVersion, includes, nowMs };
  const { items } = object as { readonly items?: readonly KubeObject[] };
  const { resourceVersion } = object.metadata;
  const rows = (items ?? [object]).map(item => formatRow(item, form)).join(',');
  return `${formatTableHead(form, { resourceVersion }, true)}${rows}${tableTail}\n`;
}

/** Of what is computed, a Scale has columns, and what can be listed. */
function otherColumns({ kind }: KubeObject, resource: ServedResource | undefined): readonly Column[] | undefined {
  if (kind === 'Scale') return scaleColumns as readonly Column[];
  return resource === undefined ? undefined : columnsOf(resource);
}

function formatListHead(kind: string, apiVersion: string, result: ListResult): string {
  return `${JSON.stringify({ kind, apiVersion, metadata: result.metadata }).slice(0, -1)},"items":[`;
}

const listTail = ']}\n';
/** Characters that are gathered before they are written: large enough for few writes, small enough not to stall. */
const sliceLengthMin = 64 * 1024;

/** Short lists as one text; long ones in slices, so that no text grows large and others get their turn between two. */
function sliceList(head: string, items: readonly StoredObject[], format: (stored: StoredObject) => string): HttpBody {
  if (items.length <= 16) return head + items.map(format).join(',') + listTail;
  return { kind: 'pieces', pieces: joinSlices(head, items, format) };
}

function* joinSlices(
  head: string,
  items: readonly StoredObject[],
  format: (stored: StoredObject) => string,
): Generator<string> {
  let slice: string[] = [head];
  let length = head.length;
  for (let i = 0; i < items.length; i++) {
    if (i > 0) slice.push(',');
    const text = format(items[i]!);
    slice.push(text);
    length += text.length + 1;
    if (length < sliceLengthMin) continue;
    yield slice.join('');
    slice = [];
    length = 0;
  }
  slice.push(listTail);
  yield slice.join('');
}
