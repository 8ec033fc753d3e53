import type { RequestOptions, ResourceRequest, Watch } from '../../client/index.ts';
import { type FieldError, fieldError, statusError } from '../../machinery/index.ts';
import type { CacheWatchRequest, Selection } from '../../storage/index.ts';
import type { Timer } from '../../world/index.ts';
import type { ApiWatchSink } from '../core-contract.ts';
import type { ObjectConversion } from '../object-conversion.ts';
import type { Endpoint } from '../resources/endpoint.ts';
import type { ServerContext } from '../server-context.ts';
import { ConvertedWatch } from './converted-watch.ts';
import { invalidListOptions, parseRevision } from './read.ts';
import { optionsOf } from './request-options.ts';
import { selectionOf } from './selection.ts';

/** Starts a watch; ends it after `timeoutSeconds`, when the request's signal aborts, or when its kind is gone. */
export function watchObjects(
  server: ServerContext,
  endpoint: Endpoint,
  request: ResourceRequest,
  sink: ApiWatchSink,
): Watch {
  const options = withName(optionsOf(request), request.name);
  checkWatchOptions(options);
  const fromRevision = options.resourceVersion ? parseRevision(options.resourceVersion) : undefined;
  const running = new RunningWatch(sink);
  const how = { fromRevision, sendInitialEvents: options.sendInitialEvents, bookmarks: options.allowWatchBookmarks };
  const selection = selectionOf(endpoint, request.namespace, options);
  running.start(
    endpoint.conversion === undefined
      ? endpoint.cache.watch({ ...selection, ...how }, running)
      : watchConverted(endpoint, endpoint.conversion, selection, how, running),
  );
  const { timeoutSeconds } = options;
  if (timeoutSeconds !== undefined && timeoutSeconds > 0) {
    running.endOn(server.world.clock.after(timeoutSeconds * 1000, () => running.stop()));
  }
  request.signal?.addEventListener('abort', () => running.cancel(), { once: true });
  return running;
}

function watchConverted(
  { cache }: Endpoint,
  conversion: ObjectConversion,
  selection: Selection,
  how: Omit<CacheWatchRequest, keyof Selection>,
  sink: ApiWatchSink,
): Watch {
  const { namespace, name, matches } = selection;
  const converted = new ConvertedWatch(conversion, sink, matches);
  if (how.fromRevision !== undefined && how.fromRevision > 0) converted.learn(cache, selection, how.fromRevision);
  return cache.watch({ namespace, name, ...how }, converted);
}

/** A watch of one object is one of all that bear its name. */
function withName(options: RequestOptions, name: string | undefined): RequestOptions {
  if (!name) return options;
  const selector = `metadata.name=${name}`;
  if (!options.fieldSelector || options.fieldSelector === selector) return { ...options, fieldSelector: selector };
  throw statusError.badRequest("fieldSelector metadata.name doesn't match requested name");
}

/** Hands events on until it has ended, however that came. */
class RunningWatch implements Watch, ApiWatchSink {
  readonly #sink: ApiWatchSink;
  #source: Watch | undefined;
  #timer: Timer | undefined;
  #hasEnded = false;

  constructor(sink: ApiWatchSink) {
    this.#sink = sink;
  }

  start(source: Watch): void {
    this.#source = source;
    if (this.#hasEnded) source.cancel();
  }

  endOn(timer: Timer): void {
    this.#timer = timer;
    if (this.#hasEnded) timer.cancel();
  }

  events(batch: Parameters<ApiWatchSink['events']>[0]): void {
    if (!this.#hasEnded) this.#sink.events(batch);
  }

  end(error?: Error): void {
    if (this.#finish()) this.#sink.end(error);
  }

  /** Ends it from this side: the sink is told. */
  stop(): void {
    this.#source?.cancel();
    this.end();
  }

  cancel(): void {
    if (this.#finish()) this.#source?.cancel();
  }

  #finish(): boolean {
    if (this.#hasEnded) return false;
    this.#hasEnded = true;
    this.#timer?.cancel();
    return true;
  }
}

/** Kubernetes: `ValidateListOptions`, for watches. */
function checkWatchOptions(options: RequestOptions): void {
  const { resourceVersionMatch: match, sendInitialEvents } = options;
  if (match === undefined && sendInitialEvents === undefined) return;
  const field = 'resourceVersionMatch';
  const errors: FieldError[] = [];
  if (sendInitialEvents !== undefined && match !== 'NotOlderThan') {
    errors.push(fieldError.forbidden(field, 'sendInitialEvents requires setting resourceVersionMatch to NotOlderThan'));
  }
  if (match !== undefined) {
    if (sendInitialEvents === undefined) {
      const text = 'resourceVersionMatch is forbidden for watch unless sendInitialEvents is provided';
      errors.push(fieldError.forbidden(field, text));
    }
    if (match !== 'NotOlderThan') errors.push(fieldError.notSupported(field, match, ['NotOlderThan']));
    if (options.continue) {
      errors.push(fieldError.forbidden(field, 'resourceVersionMatch is forbidden when continue is provided'));
    }
  }
  if (errors.length > 0) throw invalidListOptions(errors);
}
