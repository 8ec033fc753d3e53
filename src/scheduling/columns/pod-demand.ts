import type { Container, Pod, PodSpec } from '../../api/generated/index.ts';
import { quantityToMilli, quantityToNumber } from '../../machinery/index.ts';

/** What a pod asks of its node: CPU in thousandths of a core, sizes in bytes, everything else in whole units. */
export interface PodDemand {
  readonly cpuMilli: number;
  readonly memory: number;
  readonly ephemeral: number;
  /** Extended resources, hugepages and the like, by name. */
  readonly scalars: ReadonlyMap<string, number>;
  /** As scoring counts them: a pod that asks for nothing still weighs something. */
  readonly scoredCpuMilli: number;
  readonly scoredMemory: number;
  /** `TCP/0.0.0.0/80`. */
  readonly hostPorts: readonly HostPort[];
}

export interface HostPort {
  readonly protocol: string;
  readonly address: string;
  readonly port: number;
}

/** Kubernetes: DefaultMilliCPURequest and DefaultMemoryRequest. */
const defaultScoredCpuMilli = 100;
const defaultScoredMemory = 200 * 1024 * 1024;

const demands = new WeakMap<PodSpec, PodDemand>();
const noDemand: PodDemand = {
  cpuMilli: 0,
  memory: 0,
  ephemeral: 0,
  scalars: new Map(),
  scoredCpuMilli: 0,
  scoredMemory: 0,
  hostPorts: [],
};

/** The demand of a pod, computed once for each spec. */
export function demandOf(pod: Pod): PodDemand {
  const { spec } = pod;
  if (spec === undefined) return noDemand;
  let demand = demands.get(spec);
  if (demand === undefined) {
    demand = computeDemand(spec);
    demands.set(spec, demand);
  }
  return demand;
}

type Amounts = Map<string, number>;

/**
 * Kubernetes: containers and sidecars add up; an init container needs its own request beside the sidecars started
 * before it; the larger of both counts, and the runtime's overhead comes on top. Requests of the pod as a whole, where
 * set, replace the sum.
 */
function computeDemand(spec: PodSpec): PodDemand {
  const total = sumWith(spec, requestsOf);
  const scored = sumWith(spec, scoredRequestsOf);
  for (const [name, quantity] of Object.entries(spec.resources?.requests ?? {})) {
    total.set(name, amountOf(name, quantity));
    scored.set(name, amountOf(name, quantity));
  }
  for (const [name, quantity] of Object.entries(spec.overhead ?? {})) {
    add(total, name, amountOf(name, quantity));
    add(scored, name, amountOf(name, quantity));
  }
  const scalars = new Map([...total].filter(([name, amount]) => !isNative(name) && amount > 0));
  return {
    cpuMilli: total.get('cpu') ?? 0,
    memory: total.get('memory') ?? 0,
    ephemeral: total.get('ephemeral-storage') ?? 0,
    scalars,
    scoredCpuMilli: scored.get('cpu') ?? 0,
    scoredMemory: scored.get('memory') ?? 0,
    hostPorts: hostPortsOf(spec),
  };
}

function isNative(name: string): boolean {
  return name === 'cpu' || name === 'memory' || name === 'ephemeral-storage';
}

/** CPU counts in thousandths, everything else in units. */
export function amountOf(name: string, quantity: string): number {
  return name === 'cpu' ? quantityToMilli(quantity) : quantityToNumber(quantity);
}

function sumWith(spec: PodSpec, requests: (container: Container) => Amounts): Amounts {
  const running: Amounts = new Map();
  for (const container of spec.containers) addAll(running, requests(container));
  const sidecars: Amounts = new Map();
  const peak: Amounts = new Map();
  for (const container of spec.initContainers ?? []) {
    const needs = requests(container);
    addAll(needs, sidecars);
    raiseAll(peak, needs);
    if (container.restartPolicy === 'Always') addAll(sidecars, requests(container));
  }
  addAll(running, sidecars);
  raiseAll(running, peak);
  return running;
}

function requestsOf(container: Container): Amounts {
  const amounts: Amounts = new Map();
  for (const [name, quantity] of Object.entries(container.resources?.requests ?? {})) {
    amounts.set(name, amountOf(name, quantity));
  }
  return amounts;
}

function scoredRequestsOf(container: Container): Amounts {
  const amounts = requestsOf(container);
  if (!amounts.has('cpu')) amounts.set('cpu', defaultScoredCpuMilli);
  if (!amounts.has('memory')) amounts.set('memory', defaultScoredMemory);
  return amounts;
}

function add(amounts: Amounts, name: string, amount: number): void {
  amounts.set(name, (amounts.get(name) ?? 0) + amount);
}

function addAll(amounts: Amounts, more: Amounts): void {
  for (const [name, amount] of more) add(amounts, name, amount);
}

function raiseAll(amounts: Amounts, least: Amounts): void {
  for (const [name, amount] of least) amounts.set(name, Math.max(amounts.get(name) ?? 0, amount));
}

function hostPortsOf(spec: PodSpec): readonly HostPort[] {
  const sidecars = spec.initContainers?.filter(container => container.restartPolicy === 'Always') ?? [];
  return [...spec.containers, ...sidecars].flatMap(container =>
    (container.ports ?? []).flatMap(({ hostPort, hostIP, protocol = 'TCP' }): HostPort[] =>
      hostPort === undefined || hostPort === 0
        ? []
        : [{ protocol, address: hostIP === undefined || hostIP === '' ? '0.0.0.0' : hostIP, port: hostPort }],
    ),
  );
}
