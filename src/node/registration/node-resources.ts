import { formatQuantity, parseQuantity, quantityOf, subtractQuantities } from '../../machinery/index.ts';
import type { Filesystem, HostFacts } from '../runtime/index.ts';
import { diskReserveShare, memoryReserveBytes } from './pressure.ts';

export type Quantities = Readonly<Record<string, string>>;

/** Kubernetes: what the machine has. Resources that somebody else has put there stay (W8: extended resources). */
export function buildCapacity(
  previous: Quantities | undefined,
  facts: HostFacts,
  filesystem: Filesystem,
  maxPods: number,
): Quantities {
  const capacity: Record<string, string> = {
    ...previous,
    cpu: String(facts.cpuCount),
    memory: bytes(facts.memoryBytes),
    'ephemeral-storage': bytes(filesystem.capacityBytes),
    pods: String(maxPods),
  };
  for (const { pageSize, totalBytes } of facts.hugepages) capacity[`hugepages-${pageSize}`] = bytes(totalBytes);
  return capacity;
}

/** Kubernetes: capacity less what is kept from pods: the hard eviction thresholds, and huge pages out of the memory. */
export function buildAllocatable(capacity: Quantities): Quantities {
  const allocatable: Record<string, string> = {};
  for (const [name, amount] of Object.entries(capacity)) allocatable[name] = amount;
  const disk = Number(parseQuantity(capacity['ephemeral-storage'] ?? '0')?.nanos ?? 0n) / 1e9;
  reserve(allocatable, 'memory', memoryReserveBytes);
  reserve(allocatable, 'ephemeral-storage', Math.floor(disk * diskReserveShare));
  for (const [name, amount] of Object.entries(capacity)) {
    if (name.startsWith('hugepages-')) reserve(allocatable, 'memory', Number(parseQuantity(amount)?.nanos ?? 0n) / 1e9);
  }
  return allocatable;
}

function reserve(allocatable: Record<string, string>, name: string, amount: number): void {
  const whole = parseQuantity(allocatable[name] ?? '0');
  if (whole === undefined || amount === 0) return;
  const left = subtractQuantities(whole, quantityOf(amount, 'BinarySI'));
  allocatable[name] = left.nanos < 0n ? '0' : formatQuantity({ ...left, format: 'BinarySI' });
}

function bytes(amount: number): string {
  return formatQuantity(quantityOf(amount, 'BinarySI'));
}
