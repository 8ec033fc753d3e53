import {
  addQuantities,
  compareQuantities,
  formatQuantity,
  parseQuantity,
  type Quantity,
} from '../../machinery/index.ts';
import type { Container, Pod } from '../generated/index.ts';
import { type Amounts, addAmounts } from './amounts.ts';

type Sums = Map<string, Quantity>;

/**
 * What a pod asks for as a whole: its containers together, or an init container where that asks for more. Without its
 * overhead.
 */
export function podRequests(pod: Pod): Amounts {
  return total(pod, 'requests');
}

export function podLimits(pod: Pod): Amounts {
  return total(pod, 'limits');
}

/** Kubernetes: overhead counts as a request, and as a limit where there is one. */
export function withOverhead({ spec }: Pod, amounts: Amounts): Amounts {
  return spec.overhead === undefined ? amounts : addAmounts(amounts, spec.overhead);
}

/** Kubernetes: sidecars count with the containers, and with every init container behind them. */
function total(pod: Pod, which: 'requests' | 'limits'): Amounts {
  const sums: Sums = new Map();
  for (const container of pod.spec.containers) add(sums, amountsOf(container, which));
  const sidecars: Sums = new Map();
  const peak: Sums = new Map();
  for (const container of pod.spec.initContainers ?? []) {
    const own = amountsOf(container, which);
    const step: Sums = new Map(sidecars);
    add(step, own);
    if (container.restartPolicy === 'Always') {
      add(sums, own);
      add(sidecars, own);
    }
    raise(peak, step);
  }
  raise(sums, peak);
  const amounts: Record<string, string> = {};
  for (const [name, quantity] of sums) amounts[name] = formatQuantity(quantity);
  return { ...amounts, ...podLevel(pod, which) };
}

function amountsOf(container: Container, which: 'requests' | 'limits'): Amounts {
  return (container.resources?.[which] ?? {}) as Amounts;
}

/** What the pod says for itself counts instead of its containers. */
function podLevel(pod: Pod, which: 'requests' | 'limits'): Amounts {
  const given = (pod.spec.resources?.[which] ?? {}) as Amounts;
  return Object.fromEntries(
    Object.entries(given).filter(([name]) => name === 'cpu' || name === 'memory' || name.startsWith('hugepages-')),
  );
}

function add(sums: Sums, amounts: Amounts): void {
  for (const name in amounts) {
    const quantity = parseQuantity(amounts[name]!);
    if (quantity === undefined) continue;
    const before = sums.get(name);
    sums.set(name, before === undefined ? quantity : addQuantities(before, quantity));
  }
}

function raise(sums: Sums, others: Sums): void {
  for (const [name, quantity] of others) {
    const before = sums.get(name);
    if (before === undefined || compareQuantities(before, quantity) < 0) sums.set(name, quantity);
  }
}
