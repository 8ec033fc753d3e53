import type { RequestInfo } from './request-info.ts';

/** Kubernetes: the bounds of `apiserver_request_duration_seconds`. */
const bucketBoundsSeconds = [
  0.005, 0.025, 0.05, 0.1, 0.2, 0.4, 0.6, 0.8, 1, 1.25, 1.5, 2, 3, 4, 5, 6, 8, 10, 15, 20, 30, 45, 60,
];

const verbNames: Readonly<Record<string, string>> = { create: 'POST', update: 'PUT' };

interface Series {
  readonly labels: string;
  readonly codes: Map<number, number>;
  /** One count a bound, not cumulative, and one for everything beyond. */
  readonly buckets: Float64Array;
  durationSecondsSum: number;
  longRunning: number;
}

const seriesMax = 4096;

const otherRequests: RequestInfo = {
  isResourceRequest: false,
  verb: 'other',
  path: '',
  group: '',
  version: '',
  resource: '',
  subresource: '',
  namespace: '',
  name: '',
  rest: [],
  isWatchPath: false,
};

/** Counts requests as upstream's `/metrics` shows them. One lookup and a few additions a request. */
export class RequestMetrics {
  readonly #series = new Map<string, Series>();
  #readOnlyInFlight = 0;
  #mutatingInFlight = 0;

  begin(info: RequestInfo): void {
    if (isMutating(info.verb)) this.#mutatingInFlight++;
    else this.#readOnlyInFlight++;
  }

  /** `durationMs` is left out of the histogram for watches, which last as long as they like. */
  finish(info: RequestInfo, code: number, durationMs: number): void {
    if (isMutating(info.verb)) this.#mutatingInFlight--;
    else this.#readOnlyInFlight--;
    const series = this.#find(info);
    series.codes.set(code, (series.codes.get(code) ?? 0) + 1);
    if (info.verb === 'watch') return;
    const seconds = durationMs / 1000;
    let bucket = 0;
    while (bucket < bucketBoundsSeconds.length && seconds > bucketBoundsSeconds[bucket]!) bucket++;
    series.buckets[bucket]!++;
    series.durationSecondsSum += seconds;
  }

  changeLongRunning(info: RequestInfo, by: 1 | -1): void {
    this.#find(info).longRunning += by;
  }

  /** The Prometheus text format. */
  format(): string {
    const series = [...this.#series.values()];
    return [
      ...head('apiserver_request_total', 'counter', 'Counter of apiserver requests by verb, resource, scope and code.'),
      ...series.flatMap(one =>
        [...one.codes].map(([code, count]) => `apiserver_request_total{code="${code}",${one.labels}} ${count}`),
      ),
      ...head('apiserver_request_duration_seconds', 'histogram', 'Response latency distribution in seconds.'),
      ...series.flatMap(formatHistogram),
      ...head('apiserver_current_inflight_requests', 'gauge', 'Requests that are being served, by kind.'),
      `apiserver_current_inflight_requests{request_kind="mutating"} ${this.#mutatingInFlight}`,
      `apiserver_current_inflight_requests{request_kind="readOnly"} ${this.#readOnlyInFlight}`,
      ...head('apiserver_longrunning_requests', 'gauge', 'Watches and streams that are open.'),
      ...series
        .filter(one => one.longRunning > 0)
        .map(one => `apiserver_longrunning_requests{${one.labels}} ${one.longRunning}`),
      '',
    ].join('\n');
  }

  #find(info: RequestInfo): Series {
    const key = `${info.verb} ${info.group} ${info.version} ${info.resource} ${info.subresource} ${scopeOf(info)}`;
    const known = this.#series.get(key);
    if (known !== undefined) return known;
    // Bounded, because paths are the client's to choose.
    return this.#series.size < seriesMax ? this.#open(key, info) : this.#open('', otherRequests);
  }

  #open(key: string, info: RequestInfo): Series {
    let series = this.#series.get(key);
    if (series === undefined) {
      series = {
        labels: formatLabels(info),
        codes: new Map(),
        buckets: new Float64Array(bucketBoundsSeconds.length + 1),
        durationSecondsSum: 0,
        longRunning: 0,
      };
      this.#series.set(key, series);
    }
    return series;
  }
}

/** Kubernetes: `scope` is about a namespace, about one object, or about the cluster. */
function scopeOf(info: RequestInfo): string {
  if (!info.isResourceRequest) return '';
  if (info.name !== '') return 'resource';
  return info.namespace === '' ? 'cluster' : 'namespace';
}

function isMutating(verb: string): boolean {
  return verb !== 'get' && verb !== 'list' && verb !== 'watch';
}

function formatLabels(info: RequestInfo): string {
  const verb = verbNames[info.verb] ?? info.verb.toUpperCase();
  const labels = {
    component: 'apiserver',
    dry_run: '',
    group: info.group,
    resource: info.resource,
    scope: scopeOf(info),
    subresource: info.subresource,
    verb,
    version: info.version,
  };
  return Object.entries(labels)
    .map(([name, value]) => `${name}=${JSON.stringify(value)}`)
    .join(',');
}

function formatHistogram(series: Series): readonly string[] {
  const lines: string[] = [];
  let count = 0;
  for (let i = 0; i < series.buckets.length; i++) {
    count += series.buckets[i]!;
    const bound = bucketBoundsSeconds[i] ?? '+Inf';
    lines.push(`apiserver_request_duration_seconds_bucket{${series.labels},le="${bound}"} ${count}`);
  }
  lines.push(`apiserver_request_duration_seconds_sum{${series.labels}} ${series.durationSecondsSum}`);
  lines.push(`apiserver_request_duration_seconds_count{${series.labels}} ${count}`);
  return lines;
}

function head(name: string, type: string, help: string): readonly string[] {
  return [`# HELP ${name} ${help}`, `# TYPE ${name} ${type}`];
}
