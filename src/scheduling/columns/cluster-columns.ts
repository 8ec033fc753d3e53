import type { Node } from '../../api/generated/index.ts';
import { isDeepEqual, type LabelMatcher } from '../../machinery/index.ts';
import { amountOf, type HostPort } from './pod-demand.ts';
import type { PodEntry } from './pod-entry.ts';

/** One number for each node. */
export type Column = Float64Array<ArrayBuffer>;

const firstCapacity = 64;
const noResources: Readonly<Record<string, string>> = {};

/** What a node has and what is taken of one resource. */
interface ResourceColumns {
  allocatable: Column;
  used: Column;
}

/**
 * Every node and every pod on one, in columns: a number for each node in one array per resource, so that looking at five
 * thousand nodes touches a few arrays instead of five thousand objects. Kept up to date change by change.
 *
 * A node's place (slot) stays the same while the node exists, and is used again afterwards.
 */
export class ClusterColumns {
  /** By slot; undefined where a slot is free. */
  readonly nodes: (Node | undefined)[] = [];
  readonly cpu: ResourceColumns = createColumns();
  readonly memory: ResourceColumns = createColumns();
  readonly ephemeral: ResourceColumns = createColumns();
  readonly pods: ResourceColumns = createColumns();
  readonly scoredCpu: ResourceColumns = createColumns();
  readonly scoredMemory: ResourceColumns = createColumns();
  /** Pods with required anti-affinity, which every newcomer has to mind; and with preferences about others. */
  readonly antiAffine = new Set<PodEntry>();
  readonly preferring = new Set<PodEntry>();
  readonly namespaceLabels = new Map<string, Readonly<Record<string, string>> | undefined>();
  readonly #scalars = new Map<string, ResourceColumns>();
  readonly #slots = new Map<string, number>();
  readonly #free: number[] = [];
  readonly #podsBySlot: Map<string, PodEntry>[] = [];
  readonly #slotByPod = new Map<string, number>();
  readonly #portsBySlot: (Map<string, number> | undefined)[] = [];
  readonly #counts = new Map<string, PodCount>();
  readonly #nameBySlot: string[] = [];
  #capacity = firstCapacity;
  #nodeCount = 0;

  /** How many nodes there are (slots may be more). */
  get nodeCount(): number {
    return this.#nodeCount;
  }

  slotOf(nodeName: string): number | undefined {
    return this.#slots.get(nodeName);
  }

  podsAt(slot: number): ReadonlyMap<string, PodEntry> {
    return this.#podsBySlot[slot]!;
  }

  /** Where a pod stands; undefined for one that is not placed. */
  slotOfPod(uid: string): number | undefined {
    return this.#slotByPod.get(uid);
  }

  scalar(name: string): ResourceColumns | undefined {
    return this.#scalars.get(name);
  }

  setNode(node: Node): void {
    const name = node.metadata.name ?? '';
    const slot = this.#slots.get(name) ?? this.#takeSlot(name);
    const previous = this.nodes[slot];
    if (previous === undefined) this.#nodeCount++;
    this.nodes[slot] = node;
    const { allocatable = noResources } = node.status ?? {};
    // Heartbeats change a node all the time, but hardly ever what it has to offer.
    if (previous !== undefined && isDeepEqual(allocatable, previous.status?.allocatable ?? noResources)) return;
    this.cpu.allocatable[slot] = 0;
    this.memory.allocatable[slot] = 0;
    this.ephemeral.allocatable[slot] = 0;
    this.pods.allocatable[slot] = 0;
    for (const columns of this.#scalars.values()) columns.allocatable[slot] = 0;
    for (const resource of Object.keys(allocatable)) {
      this.#columnsOf(resource).allocatable[slot] = amountOf(resource, allocatable[resource]!);
    }
  }

  /** Forgets a node. Pods still there keep its slot until they are removed themselves, or the node comes back. */
  removeNode(name: string): void {
    const slot = this.#slots.get(name);
    if (slot === undefined || this.nodes[slot] === undefined) return;
    this.#nodeCount--;
    this.nodes[slot] = undefined;
    if (this.#podsBySlot[slot]!.size === 0) this.#release(slot);
  }

  /** Puts a pod on a node. Replaces an earlier entry of the same pod. */
  addPod(entry: PodEntry, nodeName: string): void {
    this.removePod(entry.uid);
    // A pod may be seen before its node: it counts as soon as the node comes.
    const slot = this.#slots.get(nodeName) ?? this.#takeSlot(nodeName);
    this.#podsBySlot[slot]!.set(entry.uid, entry);
    this.#slotByPod.set(entry.uid, slot);
    if (entry.affinities.requiredAnti.length > 0) this.antiAffine.add(entry);
    if (
      entry.affinities.preferred.length + entry.affinities.preferredAnti.length + entry.affinities.required.length >
      0
    ) {
      this.preferring.add(entry);
    }
    this.#account(entry, slot, 1);
  }

  removePod(uid: string): void {
    const slot = this.#slotByPod.get(uid);
    if (slot === undefined) return;
    const entry = this.#podsBySlot[slot]!.get(uid)!;
    this.#podsBySlot[slot]!.delete(uid);
    this.#slotByPod.delete(uid);
    this.antiAffine.delete(entry);
    this.preferring.delete(entry);
    this.#account(entry, slot, -1);
    if (this.nodes[slot] === undefined && this.#podsBySlot[slot]!.size === 0) this.#release(slot);
  }

  hasPortConflict(slot: number, wanted: readonly HostPort[]): boolean {
    const ports = this.#portsBySlot[slot];
    if (ports === undefined || ports.size === 0) return false;
    return wanted.some(({ protocol, address, port }) => {
      if (address !== '0.0.0.0') {
        return ports.has(`${protocol}/0.0.0.0/${port}`) || ports.has(`${protocol}/${address}/${port}`);
      }
      const [start, end] = [`${protocol}/`, `/${port}`];
      for (const key of ports.keys()) if (key.startsWith(start) && key.endsWith(end)) return true;
      return false;
    });
  }

  /**
   * For each node, how many of its pods in `namespace` the matcher selects. The column is kept up to date from then on,
   * under `matcher`'s text, so asking again costs nothing. Pods on their way out do not count.
   */
  countPods(namespace: string, matcher: LabelMatcher): Column {
    const key = `${namespace}?${matcher.isNothing ? '!' : matcher.toString()}`;
    let count = this.#counts.get(key);
    if (count === undefined) {
      count = new PodCount(namespace, matcher, this.#capacity);
      for (let slot = 0; slot < this.#podsBySlot.length; slot++) {
        for (const entry of this.#podsBySlot[slot]!.values()) count.account(entry, slot, 1);
      }
      this.#counts.set(key, count);
      if (this.#counts.size > countsMax) this.#forgetOldestCount();
    }
    return count.column;
  }

  #forgetOldestCount(): void {
    for (const key of this.#counts.keys()) {
      this.#counts.delete(key);
      return;
    }
  }

  #account(entry: PodEntry, slot: number, sign: 1 | -1): void {
    const { demand } = entry;
    this.cpu.used[slot]! += sign * demand.cpuMilli;
    this.memory.used[slot]! += sign * demand.memory;
    this.ephemeral.used[slot]! += sign * demand.ephemeral;
    this.pods.used[slot]! += sign;
    this.scoredCpu.used[slot]! += sign * demand.scoredCpuMilli;
    this.scoredMemory.used[slot]! += sign * demand.scoredMemory;
    for (const [name, amount] of demand.scalars) this.#columnsOf(name).used[slot]! += sign * amount;
    if (demand.hostPorts.length > 0) this.#accountPorts(demand.hostPorts, slot, sign);
    for (const count of this.#counts.values()) count.account(entry, slot, sign);
  }

  #accountPorts(hostPorts: readonly HostPort[], slot: number, sign: 1 | -1): void {
    let ports = this.#portsBySlot[slot];
    if (ports === undefined) {
      ports = new Map();
      this.#portsBySlot[slot] = ports;
    }
    for (const { protocol, address, port } of hostPorts) {
      const key = `${protocol}/${address}/${port}`;
      const users = (ports.get(key) ?? 0) + sign;
      if (users > 0) ports.set(key, users);
      else ports.delete(key);
    }
  }

  #columnsOf(resource: string): ResourceColumns {
    if (resource === 'cpu') return this.cpu;
    if (resource === 'memory') return this.memory;
    if (resource === 'ephemeral-storage') return this.ephemeral;
    if (resource === 'pods') return this.pods;
    let columns = this.#scalars.get(resource);
    if (columns === undefined) {
      columns = createColumns(this.#capacity);
      this.#scalars.set(resource, columns);
    }
    return columns;
  }

  #takeSlot(name: string): number {
    const slot = this.#free.pop() ?? this.nodes.length;
    if (slot === this.#capacity) this.#grow();
    if (slot === this.nodes.length) {
      this.nodes.push(undefined);
      this.#podsBySlot.push(new Map());
      this.#portsBySlot.push(undefined);
    }
    this.#slots.set(name, slot);
    this.#nameBySlot[slot] = name;
    return slot;
  }

  #release(slot: number): void {
    this.#slots.delete(this.#nameBySlot[slot]!);
    this.#portsBySlot[slot] = undefined;
    this.#free.push(slot);
  }

  #grow(): void {
    this.#capacity *= 2;
    const resources = [this.cpu, this.memory, this.ephemeral, this.pods, this.scoredCpu, this.scoredMemory];
    for (const columns of [...resources, ...this.#scalars.values()]) {
      columns.allocatable = widen(columns.allocatable, this.#capacity);
      columns.used = widen(columns.used, this.#capacity);
    }
    for (const count of this.#counts.values()) count.column = widen(count.column, this.#capacity);
  }
}

/** How many selections are counted at a time; the oldest makes room. */
const countsMax = 512;

class PodCount {
  readonly #namespace: string;
  readonly #matcher: LabelMatcher;
  column: Column;

  constructor(namespace: string, matcher: LabelMatcher, capacity: number) {
    this.#namespace = namespace;
    this.#matcher = matcher;
    this.column = new Float64Array(capacity);
  }

  account(entry: PodEntry, slot: number, sign: 1 | -1): void {
    if (entry.namespace !== this.#namespace || entry.pod.metadata.deletionTimestamp !== undefined) return;
    if (this.#matcher.matches(entry.labels)) this.column[slot]! += sign;
  }
}

function createColumns(capacity = firstCapacity): ResourceColumns {
  return { allocatable: new Float64Array(capacity), used: new Float64Array(capacity) };
}

function widen(column: Column, capacity: number): Column {
  const wider = new Float64Array(capacity);
  wider.set(column);
  return wider;
}
