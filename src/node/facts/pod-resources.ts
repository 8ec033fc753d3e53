import type { Container, Pod } from '../../api/generated/index.ts';
import { quantityToMilli, quantityToNumber } from '../../machinery/index.ts';
import { initContainersOf } from './pod-containers.ts';

/** Amounts by resource name: cpu in thousandths of a core, all others in units (bytes, pieces). */
export type Amounts = Map<string, number>;

type Kind = 'requests' | 'limits';
type Quantities = Readonly<Record<string, string>> | undefined;

/** Kubernetes: PodRequests. What a pod needs at most at any time, overhead included. */
export function podRequests(pod: Pod): Amounts {
  return podAmounts(pod, 'requests');
}

/** Kubernetes: PodLimits. Containers without a limit add nothing; see `everyContainerLimits`. */
export function podLimits(pod: Pod): Amounts {
  return podAmounts(pod, 'limits');
}

/** Whether a pod's sum of limits really limits it. */
export function everyContainerLimits(pod: Pod, resource: string): boolean {
  if (amountOf(pod.spec.resources?.limits, resource) > 0) return true;
  return [...pod.spec.containers, ...initContainersOf(pod)].every(
    container => amountOf(container.resources?.limits, resource) > 0,
  );
}

export function containerAmount(container: Container, kind: Kind, resource: string): number {
  return amountOf(container.resources?.[kind], resource);
}

export function amountOf(quantities: Quantities, resource: string): number {
  const text = quantities?.[resource];
  return resource === 'cpu' ? quantityToMilli(text) : quantityToNumber(text);
}

function podAmounts(pod: Pod, kind: Kind): Amounts {
  const total: Amounts = new Map();
  for (const container of pod.spec.containers) add(total, container.resources?.[kind]);
  raiseForInitContainers(pod, kind, total);
  for (const [resource] of Object.entries(pod.spec.resources?.[kind] ?? {})) {
    total.set(resource, amountOf(pod.spec.resources?.[kind], resource));
  }
  if (kind === 'requests' || total.size > 0) add(total, pod.spec.overhead, kind === 'limits' ? total : undefined);
  return total;
}

/** An init container runs beside the sidecars before it, and all sidecars run beside the containers. */
function raiseForInitContainers(pod: Pod, kind: Kind, total: Amounts): void {
  const sidecars: Amounts = new Map();
  const highest: Amounts = new Map();
  for (const container of initContainersOf(pod)) {
    const quantities = container.resources?.[kind];
    if (container.restartPolicy === 'Always') {
      add(total, quantities);
      add(sidecars, quantities);
      raise(highest, sidecars);
    } else {
      const together = new Map(sidecars);
      add(together, quantities);
      raise(highest, together);
    }
  }
  raise(total, highest);
}

function add(total: Amounts, quantities: Quantities, onlyIn?: Amounts): void {
  for (const resource of Object.keys(quantities ?? {})) {
    if (onlyIn !== undefined && !onlyIn.has(resource)) continue;
    total.set(resource, (total.get(resource) ?? 0) + amountOf(quantities, resource));
  }
}

function raise(total: Amounts, other: Amounts): void {
  for (const [resource, amount] of other) total.set(resource, Math.max(total.get(resource) ?? 0, amount));
}
