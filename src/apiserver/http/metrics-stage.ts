import type { Clock } from '../../world/index.ts';
import type { ResourceRegistry } from '../core-contract.ts';
import { Exposition, formatLabels, Histogram } from '../metrics/index.ts';
import { AuthenticationMetrics } from './authentication-metrics.ts';
import { type Frame, type HttpResponse, readHeader } from './http-message.ts';
import type { RequestInfo } from './request-info.ts';
import { scopeOf } from './request-labels.ts';
import { RequestMetrics, type WatchCounters } from './request-metrics.ts';
import type { RequestRun } from './request-run.ts';

const watchListBoundsSeconds = [0.05, 0.1, 0.2, 0.4, 0.6, 0.8, 1, 2, 4, 6, 8, 10, 15, 20, 30, 45, 60];
const applyType = 'application/apply-patch';

/** Counts requests on their way. */
export class MetricsStage {
  readonly authentication = new AuthenticationMetrics();
  readonly #resources: ResourceRegistry;
  readonly #clock: Pick<Clock, 'monotonic'>;
  readonly #requests: RequestMetrics;
  readonly #watchLists = new Map<string, Histogram>();

  constructor(resources: ResourceRegistry, clock: Pick<Clock, 'monotonic'>) {
    this.#resources = resources;
    this.#clock = clock;
    this.#requests = new RequestMetrics(info => this.#find(info) !== undefined);
  }

  enter({ info, startMs }: RequestRun): void {
    this.#requests.begin(info, startMs);
  }

  /** A body has been read. */
  countBody({ info, http }: RequestRun): void {
    if (http.body !== undefined) this.#requests.countBody(info, http.body.length);
  }

  /** Returns the response itself, where what is still to be written has to be counted. */
  leave(run: RequestRun, response: HttpResponse, nowMs: number): HttpResponse {
    const { info, query } = run;
    const { body, status } = response;
    this.#requests.leave(info, nowMs);
    // A watch counts when it ends.
    if (typeof body === 'object' && body.kind === 'frames') return response;
    const size = typeof body === 'string' ? body.length : body.kind === 'binary' ? body.bytes.length : undefined;
    this.#finish(run, status, size, nowMs);
    if (typeof body === 'string' || body.kind !== 'pieces') return response;
    const onEnd = (written: number): void => this.#requests.observeSize(info, query, written);
    return { ...response, body: { kind: 'pieces', pieces: counted(body.pieces, onEnd) } };
  }

  beginWatch({ query }: RequestRun, watchInfo: RequestInfo): WatchCounters {
    this.#requests.changeLongRunning(watchInfo, query, 1);
    return this.#requests.watchersOf(watchInfo);
  }

  /** A watch that begins with what there is has got to its end. */
  noteWatchList(run: RequestRun, watchInfo: RequestInfo): void {
    const { group, version, resource } = watchInfo;
    const labels = formatLabels({ group, resource, scope: scopeOf(watchInfo), version });
    let durations = this.#watchLists.get(labels);
    if (durations === undefined) {
      durations = new Histogram(watchListBoundsSeconds);
      this.#watchLists.set(labels, durations);
    }
    durations.observe((this.#clock.monotonic() - run.startMs) / 1000);
  }

  endWatch(run: RequestRun, watchInfo: RequestInfo, hasFailed: boolean): void {
    this.#requests.changeLongRunning(watchInfo, run.query, -1);
    if (!hasFailed) this.#finish(run, 200, undefined, this.#clock.monotonic());
  }

  format(): string {
    const out = new Exposition();
    this.#requests.write(out, this.#clock.monotonic());
    this.authentication.write(out);
    out.histogram(
      'apiserver_watch_list_duration_seconds',
      'BETA',
      'Response latency distribution in seconds for watch list requests broken by group, version, resource and scope.',
      this.#watchLists,
    );
    out.gauge(
      'apiserver_requested_deprecated_apis',
      'STABLE',
      'Gauge of deprecated APIs that have been requested, broken out by API group, version, resource, subresource, and removed_release.',
      this.#listDeprecated(),
    );
    return out.format();
  }

  #finish(run: RequestRun, code: number, responseSize: number | undefined, nowMs: number): void {
    const { info, query, http, call, startMs } = run;
    const isApply = info.verb === 'patch' && readHeader(http.headers, 'content-type')?.startsWith(applyType) === true;
    const webhooksMs = call === undefined ? 0 : call.mutatingWebhooksMs + call.validatingWebhooksMs;
    const excusedMs = run.waitMs + webhooksMs;
    const { isTermination } = run;
    const durationMs = nowMs - startMs;
    this.#requests.finish(info, query, isApply, { code, durationMs, excusedMs, responseSize, isTermination });
  }

  #find({ group, version, resource }: RequestInfo) {
    return this.#resources.lookup(group, version, resource);
  }

  #listDeprecated(): readonly (readonly [string, number])[] {
    const found = new Map<string, number>();
    for (const info of this.#requests.requested()) {
      const warning = this.#find(info)?.version.deprecationWarning;
      if (warning === undefined) continue;
      const { group, version, resource, subresource } = info;
      const release = /unavailable in v(\d+\.\d+)\+/.exec(warning)?.[1] ?? '';
      found.set(formatLabels({ group, removed_release: release, resource, subresource, version }), 1);
    }
    return [...found];
  }
}

function* counted(pieces: Iterable<Frame>, onEnd: (size: number) => void): Generator<Frame> {
  let size = 0;
  try {
    for (const piece of pieces) {
      size += piece.length;
      yield piece;
    }
  } finally {
    onEnd(size);
  }
}
