import { type Exposition, formatLabels, Histogram } from '../machinery/metrics/index.ts';
import type { WorkQueue } from './work-queue.ts';

/** Kubernetes: `ExponentialBuckets(10e-9, 10, 10)`, in Go's floating-point numbers. */
const boundsSeconds = [1e-8, 1e-7, 1e-6, 9.999999999999999e-6, 9.999999999999999e-5, 0.001, 0.01, 0.1, 1, 10];

/** What has happened to a queue. */
export class QueueCounters {
  adds = 0;
  retries = 0;
  readonly waits = new Histogram(boundsSeconds);
  readonly works = new Histogram(boundsSeconds);
}

/** Kubernetes: `workqueue_*`, by the queues' names. */
export function writeQueues(out: Exposition, queues: readonly (readonly [name: string, queue: WorkQueue])[]): void {
  const all = queues.map(([name, queue]) => ({ labels: formatLabels({ name }), queue, running: queue.unfinishedMs() }));
  out.counter(
    'workqueue_adds_total',
    'BETA',
    'Total number of adds handled by workqueue',
    all.map(({ labels, queue }) => [labels, queue.counters.adds]),
  );
  out.gauge(
    'workqueue_depth',
    'BETA',
    'Current depth of workqueue',
    all.map(({ labels, queue }) => [labels, queue.length]),
  );
  out.gauge(
    'workqueue_longest_running_processor_seconds',
    'BETA',
    'How many seconds has the longest running processor for workqueue been running.',
    all.map(({ labels, running }) => [labels, Math.max(0, ...running) / 1000]),
  );
  out.histogram(
    'workqueue_queue_duration_seconds',
    'BETA',
    'How long in seconds an item stays in workqueue before being requested.',
    all.map(({ labels, queue }) => [labels, queue.counters.waits]),
  );
  out.counter(
    'workqueue_retries_total',
    'BETA',
    'Total number of retries handled by workqueue',
    all.map(({ labels, queue }) => [labels, queue.counters.retries]),
  );
  out.gauge(
    'workqueue_unfinished_work_seconds',
    'BETA',
    "How many seconds of work has done that is in progress and hasn't been observed by work_duration. Large values indicate stuck threads. One can deduce the number of stuck threads by observing the rate at which this increases.",
    all.map(({ labels, running }) => [labels, running.reduce((sum, ms) => sum + ms, 0) / 1000]),
  );
  out.histogram(
    'workqueue_work_duration_seconds',
    'BETA',
    'How long in seconds processing an item from workqueue takes.',
    all.map(({ labels, queue }) => [labels, queue.counters.works]),
  );
}
