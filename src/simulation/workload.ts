import { type Deployment, deployments, type Job, jobs, namespaces } from '../api/generated/index.ts';
import type { Client } from '../client/index.ts';
import { StatusError } from '../machinery/index.ts';
import type { SimulatedNodes } from '../simnodes/index.ts';
import type { Random, World } from '../world/index.ts';

export interface WorkloadOptions {
  readonly deployments: number;
  readonly replicasMax: number;
  readonly rolloutEveryMs: number;
  readonly scaleEveryMs: number;
  readonly jobEveryMs: number;
  readonly nodeFailureEveryMs: number;
  readonly nodeDownMinMs: number;
  readonly nodeDownMaxMs: number;
}

/** A day's life of a cluster of `nodes` nodes. */
export function dailyWorkload(nodes: number): WorkloadOptions {
  return {
    deployments: Math.max(2, Math.floor(nodes / 10)),
    replicasMax: 30,
    rolloutEveryMs: 20 * 60_000,
    scaleEveryMs: 10 * 60_000,
    jobEveryMs: 5 * 60_000,
    nodeFailureEveryMs: 60 * 60_000,
    nodeDownMinMs: 30_000,
    nodeDownMaxMs: 30 * 60_000,
  };
}

const namespace = 'workload';

/** What happened so far, for the reader of a simulation. */
export interface WorkloadCounts {
  rollouts: number;
  scalings: number;
  jobs: number;
  nodeFailures: number;
}

/** People and machines at work on a cluster: deployments rolled out and scaled, jobs, nodes that fail and come back. */
export class Workload {
  readonly counts: WorkloadCounts = { rollouts: 0, scalings: 0, jobs: 0, nodeFailures: 0 };
  readonly #world: World;
  readonly #client: Client;
  readonly #nodes: SimulatedNodes;
  readonly #options: WorkloadOptions;
  readonly #random: Random;
  #isStopped = false;

  constructor(world: World, client: Client, nodes: SimulatedNodes, options: WorkloadOptions) {
    this.#world = world;
    this.#client = client;
    this.#nodes = nodes;
    this.#options = options;
    this.#random = world.random.stream('workload');
  }

  async start(): Promise<void> {
    await this.#client.create(namespaces, {
      apiVersion: 'v1',
      kind: 'Namespace',
      metadata: { name: namespace },
      spec: {},
    });
    for (let i = 0; i < this.#options.deployments; i++) {
      await this.#client.create(deployments, this.#buildDeployment(i));
    }
    this.#every('rollout', this.#options.rolloutEveryMs, () => this.#rollOut());
    this.#every('scale', this.#options.scaleEveryMs, () => this.#scale());
    this.#every('job', this.#options.jobEveryMs, () => this.#runJob());
    this.#every('node failure', this.#options.nodeFailureEveryMs, () => this.#failNode());
  }

  stop(): void {
    this.#isStopped = true;
  }

  /** Repeats with a tenth of jitter, so that nothing stays in step. */
  #every(what: string, periodMs: number, run: () => Promise<void>): void {
    const next = (): void => {
      this.#world.clock.after(periodMs * (0.95 + this.#random.float() / 10), () => {
        if (this.#isStopped) return;
        this.#world.tasks.spawn(`workload ${what}`, () => this.#forgiving(run));
        next();
      });
    };
    next();
  }

  /** Somebody else may have been faster: people try again another time. */
  async #forgiving(run: () => Promise<void>): Promise<void> {
    try {
      await run();
    } catch (error) {
      if (!StatusError.is(error, 'Conflict') && !StatusError.is(error, 'NotFound')) throw error;
    }
  }

  async #rollOut(): Promise<void> {
    this.counts.rollouts++;
    const version = `v${this.counts.rollouts + 1}`;
    const template = { metadata: { annotations: { release: version } } };
    await this.#patchDeployment({ spec: { template } });
  }

  async #scale(): Promise<void> {
    this.counts.scalings++;
    await this.#patchDeployment({ spec: { replicas: 1 + this.#random.integer(this.#options.replicasMax) } });
  }

  #patchDeployment(patch: unknown): Promise<Deployment> {
    const name = `app-${this.#random.integer(this.#options.deployments)}`;
    return this.#client.patch(deployments, { namespace, name }, 'merge', patch);
  }

  async #runJob(): Promise<void> {
    this.counts.jobs++;
    const job: Job = {
      apiVersion: 'batch/v1',
      kind: 'Job',
      metadata: { generateName: 'batch-', namespace },
      spec: {
        parallelism: 5,
        completions: 10,
        ttlSecondsAfterFinished: 600,
        template: {
          metadata: { annotations: { 'simulated.sampan.dev/run-seconds': String(20 + this.#random.integer(120)) } },
          spec: { restartPolicy: 'Never', containers: [buildContainer('100m', '128Mi')] },
        },
      },
    };
    await this.#client.create(jobs, job);
  }

  async #failNode(): Promise<void> {
    const up = this.#nodes.list().filter(node => node.isUp);
    const node = up[this.#random.integer(up.length)];
    if (node === undefined) return;
    this.counts.nodeFailures++;
    const { nodeDownMinMs, nodeDownMaxMs } = this.#options;
    node.fail();
    this.#world.clock.after(nodeDownMinMs + this.#random.integer(nodeDownMaxMs - nodeDownMinMs), () => {
      if (!this.#isStopped) this.#world.tasks.spawn('node recovery', () => node.recover());
    });
  }

  #buildDeployment(index: number): Deployment {
    const labels = { app: `app-${index}` };
    return {
      apiVersion: 'apps/v1',
      kind: 'Deployment',
      metadata: { name: `app-${index}`, namespace, labels },
      spec: {
        replicas: 1 + this.#random.integer(this.#options.replicasMax),
        selector: { matchLabels: labels },
        template: {
          metadata: { labels },
          spec: { containers: [buildContainer(`${100 + 100 * this.#random.integer(10)}m`, '512Mi')] },
        },
      },
    };
  }
}

function buildContainer(cpu: string, memory: string) {
  return { name: 'main', image: 'registry.example/app:1', resources: { requests: { cpu, memory } } };
}
