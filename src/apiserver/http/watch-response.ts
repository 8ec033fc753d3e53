import type { Watch } from '../../client/index.ts';
import { formatGroupVersion, type ObjectMeta, StatusError, statusError } from '../../machinery/index.ts';
import type { ApiWatchEvent, ApiWatchSink, ServedResource } from '../core-contract.ts';
import { convertToServed, isShownAsStored } from '../served-version.ts';
import type { FrameSink, HttpResponse } from './http-message.ts';
import type { Representation } from './negotiation.ts';
import type { RepresentationCache } from './representation.ts';
import { formatRow, formatTableHead, type IncludedObject, type TableForm, tableTail } from './table.ts';

/** Batches longer than this are formatted as the client reads them. */
const largeBatchMin = 64;

export interface WatchForm {
  readonly representation: Representation;
  readonly includes: IncludedObject;
  now(): number;
}

/**
 * One watcher: the core's events in, lines of JSON out. Frames are shared by all watchers that want the same form; only
 * Tables, whose cells depend on the time, are made for each.
 */
export class WatchResponse implements ApiWatchSink {
  readonly #resource: ServedResource;
  readonly #form: WatchForm;
  readonly #cache: RepresentationCache;
  readonly #onEnd: () => void;
  readonly #isStoredVersion: boolean;
  #sink: FrameSink | undefined;
  /** What came before the server was ready to write. */
  #early: ((sink: FrameSink) => void)[] = [];
  #isOver = false;
  #hasSentColumns = false;

  constructor(resource: ServedResource, form: WatchForm, cache: RepresentationCache, onEnd: () => void) {
    this.#resource = resource;
    this.#form = form;
    this.#cache = cache;
    this.#onEnd = onEnd;
    this.#isStoredVersion = isShownAsStored(resource);
  }

  events(batch: readonly ApiWatchEvent[]): void {
    // The current objects of a large cluster come in one batch: they must not become one block of work.
    if (batch.length > largeBatchMin) this.#tell(sink => sink.writeAll(this.#formatAll(batch)));
    else for (const event of batch) this.#write(this.#format(event));
  }

  end(error?: Error): void {
    if (this.#isOver) return;
    if (error !== undefined) {
      const status = error instanceof StatusError ? error : statusError.internal('the watch has failed');
      this.#write(`{"type":"ERROR","object":${JSON.stringify(status.toStatus())}}\n`);
    }
    this.#isOver = true;
    this.#sink?.end();
    this.#onEnd();
  }

  /** The response whose body streams what this sink is told; `watch` is cancelled when the client goes. */
  respond(watch: Watch): HttpResponse {
    return {
      status: 200,
      headers: { 'content-type': 'application/json', 'cache-control': 'no-cache, private' },
      body: { kind: 'frames', start: sink => this.#start(sink, watch) },
    };
  }

  #start(sink: FrameSink, watch: Watch): { cancel(): void } {
    this.#sink = sink;
    for (const tell of this.#early) tell(sink);
    this.#early = [];
    if (this.#isOver) sink.end();
    return {
      cancel: () => {
        if (this.#isOver) return;
        this.#isOver = true;
        watch.cancel();
        this.#onEnd();
      },
    };
  }

  #write(frame: string): void {
    if (this.#sink !== undefined && !this.#isOver) this.#sink.write(frame);
    else this.#tell(sink => sink.write(frame));
  }

  #tell(tell: (sink: FrameSink) => void): void {
    if (this.#isOver) return;
    if (this.#sink === undefined) this.#early.push(tell);
    else tell(this.#sink);
  }

  *#formatAll(batch: readonly ApiWatchEvent[]): Generator<string> {
    for (const event of batch) yield this.#format(event);
  }

  #format(event: ApiWatchEvent): string {
    const { as, asVersion = 'v1' } = this.#form.representation;
    if (as === undefined && this.#isStoredVersion) return event.frame;
    if (event.type === 'BOOKMARK') return this.#formatBookmark(event.object.metadata);
    if (as === undefined) {
      // A CRD's objects may have been stored in another version, or before a default came.
      const isAsStored = convertToServed(event.object, this.#resource) === event.object;
      return isAsStored ? event.frame : wrap(event.type, this.#cache.json(event.stored, this.#resource));
    }
    if (as !== 'Table') return wrap(event.type, this.#cache.partial(event.stored, asVersion));
    const form = this.#tableForm(asVersion);
    const { resourceVersion } = event.object.metadata;
    const head = formatTableHead(form, { resourceVersion }, !this.#hasSentColumns);
    this.#hasSentColumns = true;
    return wrap(event.type, head + formatRow(event.object, form) + tableTail);
  }

  #formatBookmark({ resourceVersion, annotations }: ObjectMeta): string {
    const { as, asVersion = 'v1' } = this.#form.representation;
    if (as === 'Table') {
      return wrap('BOOKMARK', formatTableHead(this.#tableForm(asVersion), { resourceVersion }, false) + tableTail);
    }
    const { type } = this.#resource.version;
    const identity =
      as === undefined
        ? { kind: type.kind, apiVersion: formatGroupVersion(type) }
        : { kind: 'PartialObjectMetadata', apiVersion: `meta.k8s.io/${asVersion}` };
    return wrap('BOOKMARK', JSON.stringify({ ...identity, metadata: { resourceVersion, annotations } }));
  }

  #tableForm(asVersion: 'v1' | 'v1beta1'): TableForm {
    return { resource: this.#resource, asVersion, includes: this.#form.includes, nowMs: this.#form.now() };
  }
}

function wrap(type: string, object: string): string {
  return `{"type":"${type}","object":${object}}\n`;
}
