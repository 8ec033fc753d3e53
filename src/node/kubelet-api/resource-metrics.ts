import { parseTime } from '../../world/index.ts';
import { formatMetrics, type MetricFamily, type MetricSample } from './metrics-text.ts';
import type { CpuFigures, MemoryFigures, Summary } from './summary.ts';

type Labels = Readonly<Record<string, string>>;

/** Kubernetes: `/metrics/resource`, which the metrics server reads. */
export function formatResourceMetrics({ node, pods }: Summary): string {
  const containers = pods.flatMap(({ podRef: { name, namespace }, containers: all }) =>
    all.map(container => ({ container, labels: { container: container.name, namespace, pod: name } })),
  );
  const families: readonly MetricFamily[] = [
    {
      name: 'container_cpu_usage_seconds_total',
      help: '[STABLE] Cumulative cpu time consumed by the container in core-seconds',
      type: 'counter',
      samples: containers.flatMap(({ container, labels }) => cpuSample(container.cpu, labels)),
    },
    {
      name: 'container_memory_working_set_bytes',
      help: '[STABLE] Current working set of the container in bytes',
      type: 'gauge',
      samples: containers.flatMap(({ container, labels }) => memorySample(container.memory, labels)),
    },
    {
      name: 'container_start_time_seconds',
      help: '[STABLE] Start time of the container since unix epoch in seconds',
      type: 'gauge',
      samples: containers.map(({ container, labels }) => ({ labels, value: timeOf(container.startTime) / 1000 })),
    },
    {
      name: 'node_cpu_usage_seconds_total',
      help: '[STABLE] Cumulative cpu time consumed by the node in core-seconds',
      type: 'counter',
      samples: cpuSample(node.cpu, {}),
    },
    {
      name: 'node_memory_working_set_bytes',
      help: '[STABLE] Current working set of the node in bytes',
      type: 'gauge',
      samples: memorySample(node.memory, {}),
    },
    {
      name: 'pod_cpu_usage_seconds_total',
      help: '[STABLE] Cumulative cpu time consumed by the pod in core-seconds',
      type: 'counter',
      samples: pods.flatMap(({ podRef, cpu }) => cpuSample(cpu, { namespace: podRef.namespace, pod: podRef.name })),
    },
    {
      name: 'pod_memory_working_set_bytes',
      help: '[STABLE] Current working set of the pod in bytes',
      type: 'gauge',
      samples: pods.flatMap(({ podRef, memory }) =>
        memorySample(memory, { namespace: podRef.namespace, pod: podRef.name }),
      ),
    },
    {
      name: 'resource_scrape_error',
      help: '[STABLE] 1 if there was an error while getting container metrics, 0 otherwise',
      type: 'gauge',
      samples: [{ value: 0 }],
    },
  ];
  return formatMetrics(families);
}

function cpuSample(cpu: CpuFigures | undefined, labels: Labels): readonly MetricSample[] {
  return cpu === undefined ? [] : [{ labels, value: cpu.usageCoreNanoSeconds / 1e9, at: timeOf(cpu.time) }];
}

function memorySample(memory: MemoryFigures | undefined, labels: Labels): readonly MetricSample[] {
  return memory === undefined ? [] : [{ labels, value: memory.workingSetBytes, at: timeOf(memory.time) }];
}

export function timeOf(text: string): number {
  return parseTime(text) ?? 0;
}
