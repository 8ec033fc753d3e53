import { readdirSync, readFileSync } from 'node:fs';
import { Exposition } from '../../machinery/metrics/index.ts';

/** This process in the Prometheus format, under the names that Prometheus' client libraries agreed on. */
export function formatProcessMetrics(): string {
  const out = new Exposition();
  const { user, system } = process.cpuUsage();
  const { rss, heapUsed } = process.memoryUsage();
  const startSeconds = Date.now() / 1000 - process.uptime();
  out.counter('process_cpu_seconds_total', undefined, 'Total user and system CPU time spent in seconds.', [
    ['', (user + system) / 1e6],
  ]);
  out.gauge('process_max_fds', undefined, 'Maximum number of open file descriptors.', readLimit());
  out.gauge('process_open_fds', undefined, 'Number of open file descriptors.', countOpenFiles());
  out.gauge('process_resident_memory_bytes', undefined, 'Resident memory size in bytes.', [['', rss]]);
  out.gauge('process_start_time_seconds', undefined, 'Start time of the process since unix epoch in seconds.', [
    ['', startSeconds],
  ]);
  out.gauge('process_virtual_memory_bytes', undefined, 'Virtual memory size in bytes.', readVirtualMemory());
  out.gauge('nodejs_heap_size_used_bytes', undefined, 'Process heap size used from Node.js in bytes.', [
    ['', heapUsed],
  ]);
  return out.format();
}

type Samples = readonly (readonly [string, number])[];

/** None where the system has no `/proc`. */
function fromProc(read: () => number): Samples {
  try {
    const value = read();
    return Number.isFinite(value) ? [['', value]] : [];
  } catch {
    // Not Linux, or a process that may not look at itself: the metric is left out.
    return [];
  }
}

function countOpenFiles(): Samples {
  return fromProc(() => readdirSync('/proc/self/fd').length);
}

function readLimit(): Samples {
  return fromProc(() => Number(/^Max open files\s+(\d+)/m.exec(readFileSync('/proc/self/limits', 'utf8'))?.[1]));
}

function readVirtualMemory(): Samples {
  return fromProc(() => Number(/^VmSize:\s+(\d+) kB/m.exec(readFileSync('/proc/self/status', 'utf8'))?.[1]) * 1024);
}
