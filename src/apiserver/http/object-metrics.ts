import { formatGroupResource } from '../../machinery/index.ts';
import type { ObjectCount } from '../core-contract.ts';

/** Kubernetes: `apiserver_resource_objects`, and the older name that dashboards still ask for. */
export function formatObjectCounts(counts: Iterable<ObjectCount>): string {
  const all = [...counts];
  const help = 'Number of stored objects at the time of last check split by kind.';
  const lines = [
    `# HELP apiserver_resource_objects ${help}`,
    '# TYPE apiserver_resource_objects gauge',
    ...all.map(
      ({ group, resource, count }) => `apiserver_resource_objects{group="${group}",resource="${resource}"} ${count}`,
    ),
    `# HELP apiserver_storage_objects ${help}`,
    '# TYPE apiserver_storage_objects gauge',
    ...all.map(one => `apiserver_storage_objects{resource="${formatGroupResource(one)}"} ${one.count}`),
    '',
  ];
  return lines.join('\n');
}
