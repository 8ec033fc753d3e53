import type { Summary } from './summary.ts';

/** Kubernetes: `?only_cpu_and_memory=true` leaves out all but what autoscalers look at. */
export function chooseFigures(summary: Summary, query: string): object {
  if (!/(?:^|&)only_cpu_and_memory=(?:true|1)(?:&|$)/.test(query)) return summary;
  const { nodeName, startTime, cpu, memory } = summary.node;
  const pods = summary.pods.map(pod => ({
    podRef: pod.podRef,
    startTime: pod.startTime,
    containers: pod.containers.map(each => ({
      name: each.name,
      startTime: each.startTime,
      cpu: each.cpu,
      memory: each.memory,
    })),
    cpu: pod.cpu,
    memory: pod.memory,
  }));
  return { node: { nodeName, startTime, cpu, memory }, pods };
}
