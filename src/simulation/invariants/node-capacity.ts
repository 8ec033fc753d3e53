import type { Node, Pod } from '../../api/generated/index.ts';
import { quantityToNumber } from '../../machinery/index.ts';
import { resourcePrefix, type StoredObject, type StoreEvent } from '../../storage/index.ts';
import type { Invariant } from './invariant.ts';

const podPrefix = resourcePrefix({ group: '', resource: 'pods' });
const nodePrefix = resourcePrefix({ group: '', resource: 'nodes' });

interface Usage {
  cpu: number;
  memory: number;
  pods: number;
}

/** No pod stands on a node that cannot hold it: requests of all its unfinished pods stay within what is allocatable. */
export function nodeCapacity(): Invariant {
  const allocatable = new Map<string, Usage>();
  const used = new Map<string, Usage>();

  const add = (pod: Pod | undefined, sign: 1 | -1): string | undefined => {
    const nodeName = pod?.spec?.nodeName;
    if (pod === undefined || nodeName === undefined || isOver(pod)) return undefined;
    const usage = used.get(nodeName) ?? { cpu: 0, memory: 0, pods: 0 };
    used.set(nodeName, usage);
    const requests = requestsOf(pod);
    usage.cpu += sign * requests.cpu;
    usage.memory += sign * requests.memory;
    usage.pods += sign;
    return nodeName;
  };

  const check = (nodeName: string): string | undefined => {
    const limit = allocatable.get(nodeName);
    const usage = used.get(nodeName);
    // A node that was deleted has no limit any more; its pods are the pod garbage collector's.
    if (limit === undefined || usage === undefined) return undefined;
    const slack = 1e-6;
    if (usage.cpu > limit.cpu + slack || usage.memory > limit.memory + slack || usage.pods > limit.pods) {
      return `${nodeName} holds ${JSON.stringify(usage)} of ${JSON.stringify(limit)}`;
    }
    return undefined;
  };

  return {
    name: 'no pod on a node that cannot hold it',
    onChange(event: StoreEvent<StoredObject>) {
      if (event.key.startsWith(nodePrefix)) {
        const node = event.entry?.value.object as Node | undefined;
        const before = event.previous?.value.object as Node | undefined;
        const name = event.key.slice(nodePrefix.length);
        if (node === undefined) allocatable.delete(name);
        // Heartbeats leave it as it is.
        else if (before === undefined || node.status?.allocatable !== before.status?.allocatable) {
          allocatable.set(name, readUsage(node.status?.allocatable));
        }
        return undefined;
      }
      if (!event.key.startsWith(podPrefix)) return undefined;
      add(event.previous?.value.object as Pod | undefined, -1);
      const nodeName = add(event.entry?.value.object as Pod | undefined, 1);
      return nodeName === undefined ? undefined : check(nodeName);
    },
  };
}

function isOver(pod: Pod): boolean {
  return pod.status?.phase === 'Succeeded' || pod.status?.phase === 'Failed';
}

function requestsOf(pod: Pod): { cpu: number; memory: number } {
  let cpu = 0;
  let memory = 0;
  for (const container of pod.spec?.containers ?? []) {
    const requests = container.resources?.requests;
    if (requests?.['cpu'] !== undefined) cpu += quantityToNumber(requests['cpu']);
    if (requests?.['memory'] !== undefined) memory += quantityToNumber(requests['memory']);
  }
  return { cpu, memory };
}

function readUsage(quantities: Readonly<Record<string, string>> | undefined): Usage {
  return {
    cpu: quantityToNumber(quantities?.['cpu'] ?? '0'),
    memory: quantityToNumber(quantities?.['memory'] ?? '0'),
    pods: quantityToNumber(quantities?.['pods'] ?? '0'),
  };
}
