import { type Exposition, Histogram } from '../metrics/index.ts';
import { InFlightPeaks } from './in-flight-peaks.ts';
import { isLongRunning } from './long-running.ts';
import type { Query } from './query.ts';
import type { RequestInfo } from './request-info.ts';
import { formatSeriesLabels, methodOf, scopeOf } from './request-labels.ts';

/** Kubernetes: the bounds of `apiserver_request_duration_seconds`; those of the SLI begin with the third. */
const durationBoundsSeconds = [
  0.005, 0.025, 0.05, 0.1, 0.2, 0.4, 0.6, 0.8, 1, 1.25, 1.5, 2, 3, 4, 5, 6, 8, 10, 15, 20, 30, 45, 60,
];
const sliBoundsSeconds = durationBoundsSeconds.slice(2);
const responseBounds = [1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9];
const bodyBounds = Array.from({ length: 31 }, (_, i) => 50_000 + i * 100_000);
const eventBounds = Array.from({ length: 8 }, (_, i) => 1024 * 2 ** i);

/** Paths are the client's to choose. */
const seriesMax = 4096;

/** Requests of one kind. */
class Series {
  /** As the labels of metrics without `dry_run`. */
  readonly labels: string;
  readonly labelsWithDryRun: string;
  /** The labels that end with the resource. */
  readonly info: RequestInfo;
  readonly isDryRun: boolean;
  readonly isMutating: boolean;
  readonly codes = new Map<number, number>();
  readonly terminations = new Map<number, number>();
  readonly durations = new Histogram(durationBoundsSeconds);
  readonly sli = new Histogram(sliBoundsSeconds);
  readonly responseSizes = new Histogram(responseBounds);
  longRunning = 0;

  constructor(info: RequestInfo, method: string, dryRun: string) {
    this.info = info;
    this.isDryRun = dryRun !== '';
    this.isMutating = method !== 'GET' && method !== 'LIST' && method !== 'WATCH';
    this.labels = formatSeriesLabels(info, method, undefined);
    this.labelsWithDryRun = formatSeriesLabels(info, method, dryRun);
  }
}

/** What watchers of one resource were told. */
export class WatchCounters {
  readonly labels: string;
  events = 0;
  readonly sizes = new Histogram(eventBounds);

  constructor(labels: string) {
    this.labels = labels;
  }

  count(size: number): void {
    this.events++;
    this.sizes.observe(size);
  }
}

/** How one request ended. */
export interface RequestOutcome {
  readonly code: number;
  readonly durationMs: number;
  /** Waiting for its turn and for webhooks is not this server's doing. */
  readonly excusedMs: number;
  /** Undefined where it is not known. */
  readonly responseSize: number | undefined;
  readonly isTermination: boolean;
}

/**
 * Counts requests as upstream's `/metrics` shows them: one lookup and a few additions a request.
 *
 * Differs from Kubernetes: requests that are refused with 401 and 403 count as well.
 */
export class RequestMetrics {
  readonly #series = new Map<string, Series>();
  readonly #watches = new Map<string, WatchCounters>();
  readonly #bodies = new Map<string, { readonly labels: string; readonly sizes: Histogram }>();
  readonly #inFlight = new InFlightPeaks();
  readonly #isServed: (info: RequestInfo) => boolean;

  /** `isServed` is asked once a series: what nobody serves is not counted by its name. */
  constructor(isServed: (info: RequestInfo) => boolean) {
    this.#isServed = isServed;
  }

  begin(info: RequestInfo, nowMs: number): void {
    if (!isLongRunning(info)) this.#inFlight.change(isMutating(info.verb), 1, nowMs);
  }

  /** The request has its answer: what lasts has begun. */
  leave(info: RequestInfo, nowMs: number): void {
    if (!isLongRunning(info)) this.#inFlight.change(isMutating(info.verb), -1, nowMs);
  }

  finish(info: RequestInfo, query: Query, isApply: boolean, outcome: RequestOutcome): void {
    const series = this.#find(info, query, isApply);
    if (series === undefined) return;
    const { code, durationMs, excusedMs, responseSize } = outcome;
    series.codes.set(code, (series.codes.get(code) ?? 0) + 1);
    if (outcome.isTermination) series.terminations.set(code, (series.terminations.get(code) ?? 0) + 1);
    series.durations.observe(durationMs / 1000);
    if (!series.isDryRun) series.sli.observe((durationMs - excusedMs) / 1000);
    if (responseSize !== undefined && !series.isMutating) series.responseSizes.observe(responseSize);
  }

  /** For what was still being written when the request had its answer. */
  observeSize(info: RequestInfo, query: Query, size: number): void {
    this.#find(info, query, false)?.responseSizes.observe(size);
  }

  changeLongRunning(info: RequestInfo, query: Query, by: 1 | -1): void {
    const series = this.#find(info, query, false);
    if (series !== undefined) series.longRunning += by;
  }

  countBody(info: RequestInfo, size: number): void {
    const { group, resource, verb } = info;
    const key = `${verb} ${group} ${resource}`;
    let found = this.#bodies.get(key);
    if (found === undefined) {
      if (this.#bodies.size >= seriesMax) return;
      const labels = `group="${group}",resource="${resource}",verb="${verb}"`;
      found = { labels, sizes: new Histogram(bodyBounds) };
      this.#bodies.set(key, found);
    }
    found.sizes.observe(size);
  }

  /** One for all watchers of a resource. */
  watchersOf({ group, version, resource }: RequestInfo): WatchCounters {
    const labels = `group="${group}",resource="${resource}",version="${version}"`;
    let counters = this.#watches.get(labels);
    if (counters === undefined) {
      counters = new WatchCounters(labels);
      this.#watches.set(labels, counters);
    }
    return counters;
  }

  /** What has been asked for, for who knows what of it is on its way out. */
  *requested(): Generator<RequestInfo> {
    for (const { info } of this.#series.values()) if (info.isResourceRequest) yield info;
  }

  /** Adds what was counted, at `nowMs` of the monotonic clock. */
  write(out: Exposition, nowMs: number): void {
    const all = [...this.#series.values()];
    const used = all.filter(({ durations }) => durations.count > 0);
    const labelled = (labels: string, code: number): string => `code="${code}",${labels}`;
    out.counter(
      'apiserver_request_total',
      'STABLE',
      'Counter of apiserver requests broken out for each verb, dry run value, group, version, resource, scope, component, and HTTP response code.',
      all.flatMap(one => [...one.codes].map(([code, count]) => [labelled(one.labelsWithDryRun, code), count] as const)),
    );
    out.histogram(
      'apiserver_request_duration_seconds',
      'STABLE',
      'Response latency distribution in seconds for each verb, dry run value, group, version, resource, subresource, scope and component.',
      used.map(one => [one.labelsWithDryRun, one.durations]),
    );
    out.histogram(
      'apiserver_request_sli_duration_seconds',
      'ALPHA',
      'Response latency distribution (not counting webhook duration and priority & fairness queue wait times) in seconds for each verb, group, version, resource, subresource, scope and component.',
      used.filter(one => !one.isDryRun).map(one => [one.labels, one.sli]),
    );
    out.histogram(
      'apiserver_response_sizes',
      'STABLE',
      'Response size distribution in bytes for each group, version, verb, resource, subresource, scope and component.',
      all.filter(one => one.responseSizes.count > 0).map(one => [one.labels, one.responseSizes]),
    );
    out.counter(
      'apiserver_request_terminations_total',
      'ALPHA',
      'Number of requests which apiserver terminated in self-defense.',
      all.flatMap(one => [...one.terminations].map(([code, count]) => [labelled(one.labels, code), count] as const)),
    );
    out.gauge(
      'apiserver_longrunning_requests',
      'STABLE',
      'Gauge of all active long-running apiserver requests broken out by verb, group, version, resource, scope and component. Not all requests are tracked this way.',
      all.filter(one => one.longRunning > 0).map(one => [one.labels, one.longRunning]),
    );
    const { readOnly, mutating } = this.#inFlight.peaks(nowMs);
    out.gauge(
      'apiserver_current_inflight_requests',
      'STABLE',
      'Maximal number of currently used inflight request limit of this apiserver per request kind in last second.',
      [
        ['request_kind="mutating"', mutating],
        ['request_kind="readOnly"', readOnly],
      ],
    );
    out.histogram(
      'apiserver_request_body_size_bytes',
      'ALPHA',
      'Apiserver request body size in bytes broken out by resource and verb.',
      [...this.#bodies.values()].map(({ labels, sizes }) => [labels, sizes]),
    );
    const watches = [...this.#watches.values()].filter(({ events }) => events > 0);
    out.histogram(
      'apiserver_watch_events_sizes',
      'ALPHA',
      'Watch event size distribution in bytes',
      watches.map(({ labels, sizes }) => [labels, sizes]),
    );
    out.counter(
      'apiserver_watch_events_total',
      'ALPHA',
      'Number of events sent in watch clients',
      watches.map(({ labels, events }) => [labels, events]),
    );
  }

  #find(info: RequestInfo, query: Query, isApply: boolean): Series | undefined {
    const method = methodOf(info, isApply);
    const scope = scopeOf(info);
    const dryRun = query.has('dryRun') ? (query.get('dryRun') === 'All' ? 'All' : 'invalid') : '';
    const what = info.isResourceRequest ? info.resource : info.path;
    const key = `${method} ${info.group} ${info.version} ${what} ${info.subresource} ${scope} ${dryRun}`;
    let series = this.#series.get(key);
    if (series === undefined) {
      if (this.#series.size >= seriesMax || !this.#isMonitored(info)) return undefined;
      series = new Series(info, method, dryRun);
      this.#series.set(key, series);
    }
    return series;
  }

  /** Kubernetes: of what lies outside of the resource API, health and OpenAPI only. */
  #isMonitored(info: RequestInfo): boolean {
    if (info.isResourceRequest) return this.#isServed(info);
    return /^\/(?:healthz|livez|readyz|openapi)(?:\/|$)/.test(info.path);
  }
}

function isMutating(verb: string): boolean {
  return verb !== 'get' && verb !== 'list' && verb !== 'watch';
}
