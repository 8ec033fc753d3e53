import {
  configMaps,
  deployments,
  endpointSlices,
  jobs,
  leases,
  namespaces,
  nodes,
  pods,
  replicaSets,
  services,
} from '../api/generated/index.ts';
import { type Client, Informers } from '../client/index.ts';
import { ControlPlane } from '../cluster/index.ts';
import type { ResourceType } from '../machinery/index.ts';
import { type NodeShape, SimulatedNodes } from '../simnodes/index.ts';
import {
  createObjectCodec,
  MemoryStore,
  prefixEnd,
  registryPrefix,
  type Store,
  type StoredObject,
  type StoreEvent,
} from '../storage/index.ts';
import { type Clock, formatTime, VirtualWorld, type VirtualWorldOptions } from '../world/index.ts';
import { HistoryDigest } from './history-digest.ts';
import {
  growingRevisions,
  type Invariant,
  InvariantViolation,
  nodeCapacity,
  ownedByLiving,
  watchEqualsList,
} from './invariants/index.ts';
import { dailyWorkload, Workload, type WorkloadOptions } from './workload.ts';

export interface SimulationOptions extends VirtualWorldOptions {
  readonly nodes: number;
  readonly nodeShape?: NodeShape | undefined;
  readonly workload?: WorkloadOptions | undefined;
  /** Where everything is kept. Default: a memory store; another one to see how the cluster bears its faults. */
  readonly createStore?: ((clock: Clock) => Store<StoredObject>) | undefined;
}

/** What a run came to. */
export interface SimulationReport {
  readonly virtualMs: number;
  readonly writes: number;
  readonly timers: number;
  readonly pods: number;
  readonly rollouts: number;
  readonly scalings: number;
  readonly jobs: number;
  readonly nodeFailures: number;
  /** 16 hex digits: equal for equal histories and outcomes. */
  readonly digest: string;
}

const zones = ['zone-a', 'zone-b', 'zone-c'] as const;
/** Room for 32,768 nodes of 254 pods. */
const podCidr = '10.128.0.0/9';
const checkpointMs = 3600_000;

/** The kinds whose watches are held against their lists. Leases among them: nothing changes more often. */
const followed: readonly ResourceType[] = [
  pods,
  nodes,
  deployments,
  replicaSets,
  jobs,
  services,
  endpointSlices,
  namespaces,
  configMaps,
  leases,
];

/**
 * A whole cluster in virtual time: control plane, simulated nodes, a day's work, and invariants that are checked with
 * every change and once a virtual hour. The same seed gives the same history.
 */
export class Simulation {
  readonly world: VirtualWorld;
  readonly #options: SimulationOptions;
  readonly #digest: HistoryDigest;
  readonly #invariants: Invariant[] = [];
  #plane: ControlPlane | undefined;
  #nodes: SimulatedNodes | undefined;
  #workload: Workload | undefined;
  #broken: InvariantViolation | undefined;
  #startMs = 0;

  constructor(options: SimulationOptions) {
    this.#options = options;
    this.world = new VirtualWorld(options);
    this.#digest = new HistoryDigest(this.world.clock.now);
  }

  async start(): Promise<void> {
    const { world } = this;
    this.#startMs = world.clock.now();
    const { createStore = createMemoryStore } = this.#options;
    const store = createStore(world.clock);
    this.#invariants.push(growingRevisions(), nodeCapacity(), ownedByLiving(world.clock.now));
    store.watch(
      { start: registryPrefix, end: prefixEnd(registryPrefix) },
      {
        events: batch => this.#take(batch),
        end: error => {
          if (error !== undefined) throw error;
        },
      },
    );
    this.#plane = await this.#drive(ControlPlane.start({ world, store, certificateAuthority: 'simulated', podCidr }));
    const client = this.#plane.client();
    this.#invariants.push(watchEqualsList(client, followed));
    this.#nodes = this.#buildNodes(client);
    await this.#drive(this.#nodes.start());
    this.#workload = new Workload(
      world,
      client,
      this.#nodes,
      this.#options.workload ?? dailyWorkload(this.#options.nodes),
    );
    await this.#drive(this.#workload.start());
  }

  /** A client that may do anything, for drills and tests. Only after `start`. */
  get client(): Client {
    if (this.#plane === undefined) throw new Error('the simulation has not been started');
    return this.#plane.client();
  }

  /** Lets virtual time pass; `onProgress` is told after every virtual hour. Throws when an invariant breaks. */
  async run(durationMs: number, onProgress?: (virtualMs: number) => void): Promise<void> {
    for (let done = 0; done < durationMs; ) {
      const step = Math.min(checkpointMs, durationMs - done);
      await this.world.advance(step);
      done += step;
      await this.#check();
      onProgress?.(done);
    }
  }

  async finish(): Promise<SimulationReport> {
    const { client } = this;
    let podCount = 0;
    for (const type of followed) {
      const list = await this.#drive(client.list(type));
      if (type === pods) podCount = list.items.length;
      for (const item of list.items) this.#digest.addText(JSON.stringify(item));
    }
    this.#workload!.stop();
    this.#nodes!.stop();
    this.#plane!.stop();
    return {
      virtualMs: this.world.clock.now() - this.#startMs,
      writes: this.#digest.count,
      timers: this.world.timersFired,
      pods: podCount,
      ...this.#workload!.counts,
      digest: this.#digest.format(),
    };
  }

  #buildNodes(client: Client): SimulatedNodes {
    const clientOf = (name: string): Client => this.#plane!.nodeClient(name);
    const options = { count: this.#options.nodes, shape: this.#options.nodeShape, zones };
    return new SimulatedNodes(this.world, clientOf, new Informers(this.world, client), options);
  }

  /** Lets time pass until a promise is done: virtual time stands still while nobody advances it. */
  async #drive<T>(pending: Promise<T>): Promise<T> {
    let isDone = false;
    const outcome = pending.finally(() => {
      isDone = true;
    });
    outcome.catch(() => {});
    await this.world.advanceUntil(() => isDone, 3600_000);
    if (!isDone) throw new Error('the cluster did not start within a virtual hour');
    return outcome;
  }

  #take(batch: readonly StoreEvent<StoredObject>[]): void {
    for (const event of batch) {
      this.#digest.add(event);
      for (const invariant of this.#invariants) {
        const problem = invariant.onChange?.(event);
        if (problem !== undefined) this.#breakDown(invariant, [problem]);
      }
    }
  }

  async #check(): Promise<void> {
    if (this.#broken !== undefined) throw this.#broken;
    for (const invariant of this.#invariants) {
      if (invariant.onCheckpoint === undefined) continue;
      const problems = await this.#drive(invariant.onCheckpoint());
      if (problems.length > 0) this.#breakDown(invariant, problems);
    }
    if (this.#broken !== undefined) throw this.#broken;
  }

  #breakDown(invariant: Invariant, problems: readonly string[]): void {
    this.#broken ??= new InvariantViolation(invariant.name, problems, formatTime(this.world.clock.now()));
  }
}

function createMemoryStore(clock: Clock): Store<StoredObject> {
  return new MemoryStore({ clock, codec: createObjectCodec() });
}
