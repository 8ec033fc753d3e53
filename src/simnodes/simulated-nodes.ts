import { nodes, type Pod, pods } from '../api/generated/index.ts';
import type { Client, Informers } from '../client/index.ts';
import type { World } from '../world/index.ts';
import { defaultNodeShape, type NodeShape } from './node-object.ts';
import { SimulatedNode } from './simulated-node.ts';

export interface SimulatedNodesOptions {
  /** How many to start with: `sim-0`, `sim-1`, … */
  readonly count: number;
  readonly shape?: NodeShape | undefined;
  /** Zones that the nodes are spread over, as `topology.kubernetes.io/zone`. Default none. */
  readonly zones?: readonly string[] | undefined;
  readonly namePrefix?: string | undefined;
}

/** All simulated nodes of a cluster: one watch on pods and nodes serves them all. */
export class SimulatedNodes {
  readonly #world: World;
  readonly #clientOf: (nodeName: string) => Client;
  readonly #informers: Informers;
  readonly #options: SimulatedNodesOptions;
  readonly #nodes = new Map<string, SimulatedNode>();

  /** Each node acts as itself through `clientOf`; the informers are everybody's. */
  constructor(
    world: World,
    clientOf: (nodeName: string) => Client,
    informers: Informers,
    options: SimulatedNodesOptions,
  ) {
    this.#world = world;
    this.#clientOf = clientOf;
    this.#informers = informers;
    this.#options = options;
  }

  async start(): Promise<void> {
    this.#informers.addIndex({ type: pods, name: 'spec.nodeName', valuesOf: nodeNameOf });
    const podInformer = this.#informers.of(pods);
    const nodeInformer = this.#informers.of(nodes);
    await Promise.all([podInformer.synced(), nodeInformer.synced()]);
    podInformer.onChange((pod, previous) => {
      const node = this.#nodes.get((pod ?? previous)?.spec?.nodeName ?? '');
      if (pod === undefined) node?.dropPod(previous!);
      else node?.takePod(pod);
    });
    nodeInformer.onChange(node => {
      if (node !== undefined) this.#nodes.get(node.metadata.name ?? '')?.takeNode(node);
    });
    for (let index = 0; index < this.#options.count; index++) await this.add(index);
  }

  /** Adds node number `index` and waits until it has registered. */
  async add(index: number): Promise<SimulatedNode> {
    const { shape, zones, namePrefix = 'sim-' } = this.#options;
    const zone = zones === undefined ? undefined : zones[index % zones.length];
    const name = `${namePrefix}${index}`;
    const node = new SimulatedNode(this.#world, this.#clientOf(name), this.#informers, {
      name,
      shape: withZone(shape, zone),
      address: `172.30.${(index >> 8) & 0xff}.${index & 0xff}`,
    });
    this.#nodes.set(node.name, node);
    await node.start();
    return node;
  }

  get(name: string): SimulatedNode | undefined {
    return this.#nodes.get(name);
  }

  list(): readonly SimulatedNode[] {
    return [...this.#nodes.values()];
  }

  stop(): void {
    for (const node of this.#nodes.values()) node.stop();
  }
}

function nodeNameOf(pod: Pod): readonly string[] {
  return pod.spec?.nodeName === undefined ? [] : [pod.spec.nodeName];
}

function withZone(shape: NodeShape | undefined, zone: string | undefined): NodeShape | undefined {
  if (zone === undefined) return shape;
  const base = shape ?? defaultNodeShape;
  return { ...base, labels: { ...base.labels, 'topology.kubernetes.io/zone': zone } };
}
