import type { HostFacts } from '../runtime/index.ts';
import { formatMetrics, type MetricFamily } from './metrics-text.ts';
import { timeOf } from './resource-metrics.ts';
import type { ContainerStatsSummary, PodStats, Summary } from './summary.ts';

type Labels = Readonly<Record<string, string>>;

interface Measured {
  readonly labels: Labels;
  readonly stats: Pick<ContainerStatsSummary, 'cpu' | 'memory'>;
}

/**
 * Kubernetes: `/metrics/cadvisor`, as far as the runtime's figures go: CPU and memory of containers and pods (whose
 * `container` is empty), traffic of pods, files of containers, the machine.
 */
export function formatCadvisorMetrics({ pods }: Summary, facts: HostFacts): string {
  const containers = pods.flatMap(pod => pod.containers.map(stats => ({ labels: labelsOf(pod, stats.name), stats })));
  const measured: readonly Measured[] = [
    ...pods.map(pod => ({ labels: labelsOf(pod, ''), stats: pod })),
    ...containers,
  ];
  return formatMetrics([
    ...usageFamilies(measured),
    ...networkFamilies(pods),
    {
      name: 'container_fs_usage_bytes',
      help: 'Number of bytes that are consumed by the container on this filesystem.',
      type: 'gauge',
      samples: containers.map(({ labels, stats }) => ({ labels, value: stats.rootfs.usedBytes ?? 0 })),
    },
    {
      name: 'container_start_time_seconds',
      help: 'Start time of the container since unix epoch in seconds.',
      type: 'gauge',
      samples: containers.map(({ labels, stats }) => ({ labels, value: timeOf(stats.startTime) / 1000 })),
    },
    {
      name: 'machine_cpu_cores',
      help: 'Number of logical CPU cores.',
      type: 'gauge',
      samples: [{ labels: machineLabels(facts), value: facts.cpuCount }],
    },
    {
      name: 'machine_memory_bytes',
      help: 'Amount of memory installed on the machine.',
      type: 'gauge',
      samples: [{ labels: machineLabels(facts), value: facts.memoryBytes }],
    },
  ]);
}

function usageFamilies(measured: readonly Measured[]): readonly MetricFamily[] {
  const memory = (
    name: string,
    help: string,
    read: (figures: NonNullable<Measured['stats']['memory']>) => number | undefined,
  ): MetricFamily => ({
    name,
    help,
    type: 'gauge',
    samples: measured.flatMap(({ labels, stats }) => {
      const value = stats.memory && read(stats.memory);
      return value === undefined ? [] : [{ labels, value, at: timeOf(stats.memory!.time) }];
    }),
  });
  return [
    {
      name: 'container_cpu_usage_seconds_total',
      help: 'Cumulative cpu time consumed in seconds.',
      type: 'counter',
      samples: measured.flatMap(({ labels, stats: { cpu } }) =>
        cpu === undefined
          ? []
          : [{ labels: { ...labels, cpu: 'total' }, value: cpu.usageCoreNanoSeconds / 1e9, at: timeOf(cpu.time) }],
      ),
    },
    memory('container_memory_rss', 'Size of RSS in bytes.', ({ rssBytes }) => rssBytes),
    memory(
      'container_memory_usage_bytes',
      'Current memory usage in bytes, including all memory regardless of when it was accessed',
      ({ usageBytes }) => usageBytes,
    ),
    memory('container_memory_working_set_bytes', 'Current working set in bytes.', each => each.workingSetBytes),
  ];
}

function networkFamilies(pods: readonly PodStats[]): readonly MetricFamily[] {
  const family = (
    name: string,
    help: string,
    field: 'rxBytes' | 'rxErrors' | 'txBytes' | 'txErrors',
  ): MetricFamily => ({
    name,
    help,
    type: 'counter',
    samples: pods.flatMap(pod =>
      (pod.network?.interfaces ?? []).map(each => ({
        labels: { ...labelsOf(pod, ''), interface: each.name },
        value: each[field],
        at: timeOf(pod.network!.time),
      })),
    ),
  });
  return [
    family('container_network_receive_bytes_total', 'Cumulative count of bytes received', 'rxBytes'),
    family(
      'container_network_receive_errors_total',
      'Cumulative count of errors encountered while receiving',
      'rxErrors',
    ),
    family('container_network_transmit_bytes_total', 'Cumulative count of bytes transmitted', 'txBytes'),
    family(
      'container_network_transmit_errors_total',
      'Cumulative count of errors encountered while transmitting',
      'txErrors',
    ),
  ];
}

function labelsOf({ podRef }: PodStats, container: string): Labels {
  return { container, namespace: podRef.namespace, pod: podRef.name };
}

function machineLabels({ bootId, machineId, systemUuid }: HostFacts): Labels {
  return { boot_id: bootId, machine_id: machineId, system_uuid: systemUuid };
}
