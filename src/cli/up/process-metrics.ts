/** This process in the Prometheus format, under the names that Prometheus' client libraries agreed on. */
export function formatProcessMetrics(): string {
  const { user, system } = process.cpuUsage();
  const { rss, heapUsed } = process.memoryUsage();
  const startSeconds = Date.now() / 1000 - process.uptime();
  return [
    ...metric(
      'process_cpu_seconds_total',
      'counter',
      'Total user and system CPU time spent in seconds.',
      (user + system) / 1e6,
    ),
    ...metric('process_resident_memory_bytes', 'gauge', 'Resident memory size in bytes.', rss),
    ...metric(
      'process_start_time_seconds',
      'gauge',
      'Start time of the process since unix epoch in seconds.',
      startSeconds,
    ),
    ...metric('nodejs_heap_size_used_bytes', 'gauge', 'Process heap size used from Node.js in bytes.', heapUsed),
    '',
  ].join('\n');
}

function metric(name: string, type: 'counter' | 'gauge', help: string, value: number): readonly string[] {
  return [`# HELP ${name} ${help}`, `# TYPE ${name} ${type}`, `${name} ${value}`];
}
