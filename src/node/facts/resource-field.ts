import type { Container, Pod, ResourceFieldSelector } from '../../api/generated/index.ts';
import { quantityToMilli, quantityToNumber } from '../../machinery/index.ts';
import { findContainer } from './pod-containers.ts';

type Quantities = Readonly<Record<string, string>>;

/**
 * Kubernetes: a `resourceFieldRef`, rounded up to whole divisors. A limit that is not set is what the node has to give.
 * Throws with upstream's text for a resource that cannot be asked for.
 */
export function readResourceField(
  pod: Pod,
  container: Container | undefined,
  selector: ResourceFieldSelector,
  allocatable: Quantities,
): string {
  const name = selector.containerName ?? '';
  const holder = name === '' ? container : findContainer(pod, name);
  if (holder === undefined) throw new Error(`container ${name} not found`);
  const { kind, resource } = parseResource(selector.resource);
  const own = holder.resources?.[kind]?.[resource];
  const value = own ?? (kind === 'limits' ? allocatable[resource] : undefined);
  return divide(value, selector.divisor, resource);
}

function parseResource(path: string): { kind: 'limits' | 'requests'; resource: string } {
  const dot = path.indexOf('.');
  const kind = path.slice(0, dot);
  const resource = path.slice(dot + 1);
  const isKnown = ['cpu', 'memory', 'ephemeral-storage'].includes(resource) || resource.startsWith('hugepages-');
  if ((kind === 'limits' || kind === 'requests') && isKnown) return { kind, resource };
  throw new Error(`unsupported container resource : ${path}`);
}

function divide(value: string | undefined, divisor: string | undefined, resource: string): string {
  const read = resource === 'cpu' ? quantityToMilli : quantityToNumber;
  const by = read(divisor) || read('1');
  return String(Math.ceil(read(value) / by));
}
