import { Exposition, formatLabels, type Histogram } from '../metrics/index.ts';
import type { FlowControl } from './flow-control.ts';
import type { FlowCounters } from './flow-counters.ts';
import type { PriorityLevel } from './priority-level.ts';

type Samples<T> = readonly (readonly [string, T])[];

/**
 * Kubernetes: `apiserver_flowcontrol_*`.
 *
 * Absent: the histograms that observe utilisation at every nanosecond (`demand_seats`,
 * `priority_level_request_utilization`, `priority_level_seat_utilization`, `read_vs_write_current_requests`).
 */
export function formatFlowMetrics(flow: FlowControl): string {
  const out = new Exposition();
  writeClasses(out, flow);
  writeLevels(
    out,
    [...flow.levels.values()].toSorted((a, b) => (a.name < b.name ? -1 : 1)),
  );
  out.gauge(
    metric('seat_fair_frac'),
    'ALPHA',
    "Fair fraction of server's concurrency to allocate to each priority level that can use it",
    [['', flow.fairFraction]],
  );
  return out.format();
}

function metric(name: string): string {
  return `apiserver_flowcontrol_${name}`;
}

function writeClasses(out: Exposition, flow: FlowControl): void {
  const classes = [...flow.counters.values()]
    .filter(({ of }) => of.dispatched > 0 || of.waiting > 0 || of.rejections.size > 0)
    .map(({ level, schema, of }) => [{ flow_schema: schema, priority_level: level }, of] as const);
  const gauges = (read: (counters: FlowCounters) => number): Samples<number> =>
    classes.map(([labels, of]) => [formatLabels(labels), read(of)]);
  const histograms = (
    read: (counters: FlowCounters) => Histogram,
    name?: string,
    value?: string,
  ): Samples<Histogram> => {
    const used = classes.filter(([, of]) => read(of).count > 0);
    return used.map(([labels, of]) => [
      // In the order of the labels' names.
      formatLabels(
        name === undefined
          ? labels
          : name < 'flow_schema'
            ? { [name]: value!, ...labels }
            : { ...labels, [name]: value! },
      ),
      read(of),
    ]);
  };
  out.gauge(
    metric('current_executing_requests'),
    'BETA',
    'Number of requests in initial (for a WATCH) or any (for a non-WATCH) execution stage in the API Priority and Fairness subsystem',
    gauges(of => of.executing),
  );
  out.gauge(
    metric('current_executing_seats'),
    'BETA',
    'Concurrency (number of seats) occupied by the currently executing (initial stage for a WATCH, any stage otherwise) requests in the API Priority and Fairness subsystem',
    gauges(of => of.seatsExecuting),
  );
  out.gauge(
    metric('current_inqueue_requests'),
    'BETA',
    'Number of requests currently pending in queues of the API Priority and Fairness subsystem',
    gauges(of => of.waiting),
  );
  out.gauge(
    metric('current_inqueue_seats'),
    'ALPHA',
    'Number of seats currently pending in queues of the API Priority and Fairness subsystem',
    gauges(of => of.seatsWaiting),
  );
  out.counter(
    metric('dispatched_requests_total'),
    'BETA',
    'Number of requests executed by API Priority and Fairness subsystem',
    gauges(of => of.dispatched),
  );
  out.counter(
    metric('rejected_requests_total'),
    'BETA',
    'Number of requests rejected by API Priority and Fairness subsystem',
    classes.flatMap(([labels, of]) =>
      [...of.rejections].map(([reason, count]) => [formatLabels({ ...labels, reason }), count] as const),
    ),
  );
  out.counter(
    metric('request_dispatch_no_accommodation_total'),
    'ALPHA',
    'Number of times a dispatch attempt resulted in a non accommodation due to lack of available seats',
    gauges(of => of.unaccommodated).filter(([, count]) => count > 0),
  );
  out.histogram(
    metric('request_execution_seconds'),
    'ALPHA',
    'Duration of initial stage (for a WATCH) or any (for a non-WATCH) stage of request execution in the API Priority and Fairness subsystem',
    [...histograms(of => of.executions, 'type', 'regular'), ...histograms(of => of.watchStarts, 'type', 'watch')],
  );
  out.histogram(
    metric('request_queue_length_after_enqueue'),
    'ALPHA',
    'Length of queue in the API Priority and Fairness subsystem, as seen by each request after it is enqueued',
    histograms(of => of.queueLengths),
  );
  out.histogram(
    metric('request_wait_duration_seconds'),
    'BETA',
    'Length of time a request spent waiting in its queue',
    [
      ...histograms(of => of.waitsInVain, 'execute', 'false'),
      ...histograms(of => of.waitsThatPassed, 'execute', 'true'),
    ],
  );
  out.histogram(
    metric('watch_count_samples'),
    'ALPHA',
    'count of watchers for mutating requests in API Priority and Fairness',
    histograms(of => of.watchers),
  );
  out.histogram(
    metric('work_estimated_seats'),
    'ALPHA',
    'Number of estimated seats (maximum of initial and final seats) associated with requests in API Priority and Fairness',
    histograms(of => of.seats),
  );
}

function writeLevels(out: Exposition, levels: readonly PriorityLevel[]): void {
  const gauge = (
    name: string,
    stability: 'BETA' | 'ALPHA',
    help: string,
    read: (level: PriorityLevel) => number,
  ): void => {
    const samples = levels.map(level => [formatLabels({ priority_level: level.name }), read(level)] as const);
    out.gauge(metric(name), stability, help, samples);
  };
  gauge(
    'current_limit_seats',
    'ALPHA',
    'current derived number of execution seats available to each priority level',
    level => level.currentSeats,
  );
  gauge('current_r', 'ALPHA', 'R(time of last change)', level => level.queues.progress / 1000);
  gauge(
    'demand_seats_average',
    'ALPHA',
    'Time-weighted average, over last adjustment period, of demand_seats',
    level => level.demandAverage,
  );
  gauge(
    'demand_seats_high_watermark',
    'ALPHA',
    'High watermark, over last adjustment period, of demand_seats',
    level => level.demandMax,
  );
  gauge('demand_seats_smoothed', 'ALPHA', 'Smoothed seat demands', level => level.demandSmoothed);
  gauge(
    'demand_seats_stdev',
    'ALPHA',
    'Time-weighted standard deviation, over last adjustment period, of demand_seats',
    level => level.demandDeviation,
  );
  gauge(
    'lower_limit_seats',
    'ALPHA',
    'Configured lower bound on number of execution seats available to each priority level',
    level => level.lowerSeats,
  );
  gauge(
    'nominal_limit_seats',
    'BETA',
    'Nominal number of execution seats configured for each priority level',
    level => level.nominalSeats,
  );
  gauge('target_seats', 'ALPHA', 'Seat allocation targets', level => level.target);
  gauge(
    'upper_limit_seats',
    'ALPHA',
    'Configured upper bound on number of execution seats available to each priority level',
    level => level.upperSeats,
  );
}
