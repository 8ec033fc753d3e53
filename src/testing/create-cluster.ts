import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TokenSettings } from '../apiserver/auth/index.ts';
import { type Client, Informers } from '../client/index.ts';
import { ControlPlane } from '../cluster/index.ts';
import { parseGoDuration } from '../machinery/index.ts';
import { type SimulatedNode, SimulatedNodes } from '../simnodes/index.ts';
import { createObjectCodec, MemoryStore, type StoredObject } from '../storage/index.ts';
import { LateTokens } from './late-tokens.ts';
import { QuietWatch } from './quiet-watch.ts';
import type { ServedCluster, TestCluster, TestClusterOptions } from './test-cluster.ts';
import { realTime, type TimeDriver, virtualTime } from './time-driver.ts';

const quietMs = 5_000;
const settleLimitMs = 600_000;
const startLimitMs = 60_000;

/**
 * Starts a cluster for a test.
 *
 * ```ts
 * await using cluster = await createCluster({ nodes: 3, seed: 7 });
 * await cluster.client.create(resources.deployments, deployment);
 * await cluster.settle();
 * ```
 */
export async function createCluster(options: TestClusterOptions = {}): Promise<TestCluster> {
  const time = options.time === 'real' ? realTime() : virtualTime(options.seed ?? 1);
  const { world } = time;
  const store = new MemoryStore<StoredObject>({ clock: world.clock, codec: createObjectCodec() });
  const quiet = new QuietWatch(store, world.clock.now);
  const tokens = new LateTokens();
  const start = ControlPlane.start({
    world,
    store,
    certificateAuthority: 'no certificate: not served',
    tokens: tokens.settings,
  });
  const plane = await drive(time, start);
  const client = plane.client();
  const nodes = new SimulatedNodes(world, name => plane.nodeClient(name), new Informers(world, client), {
    count: options.nodes ?? 1,
    shape: options.nodeShape,
    namePrefix: 'node-',
  });
  await drive(time, nodes.start());
  return new RunningTestCluster(time, plane, nodes, quiet, tokens, async () => {
    nodes.stop();
    plane.stop();
    await store.close();
  });
}

/** Virtual time stands still while nobody advances it: whatever waits for a timer needs a push. */
async function drive<T>(time: TimeDriver, pending: Promise<T>): Promise<T> {
  let isDone = false;
  const outcome = pending.finally(() => {
    isDone = true;
  });
  outcome.catch(() => {});
  if (!(await time.advanceUntil(() => isDone, startLimitMs))) throw new Error('the cluster did not start in a minute');
  return outcome;
}

class RunningTestCluster implements TestCluster {
  readonly client: Client;
  readonly #time: TimeDriver;
  readonly #plane: ControlPlane;
  readonly #nodes: SimulatedNodes;
  readonly #quiet: QuietWatch;
  readonly #tokens: LateTokens;
  readonly #stop: () => Promise<void>;
  #served: { readonly cluster: ServedCluster; close(): Promise<void> } | undefined;

  constructor(
    time: TimeDriver,
    plane: ControlPlane,
    nodes: SimulatedNodes,
    quiet: QuietWatch,
    tokens: LateTokens,
    stop: () => Promise<void>,
  ) {
    this.#time = time;
    this.#plane = plane;
    this.#nodes = nodes;
    this.#quiet = quiet;
    this.#tokens = tokens;
    this.#stop = stop;
    this.client = plane.client();
  }

  now(): number {
    return this.#time.world.clock.now();
  }

  advance(duration: string | number): Promise<void> {
    return this.#time.advance(readDurationMs(duration));
  }

  async settle(limit: string | number = settleLimitMs): Promise<void> {
    const isQuiet = (): boolean => this.#quiet.quietMs >= quietMs && this.#plane.isIdle;
    if (await this.#time.advanceUntil(isQuiet, readDurationMs(limit))) return;
    throw new Error(`the cluster has not settled: ${this.#quiet.lastKey} changed ${this.#quiet.quietMs} ms ago`);
  }

  node(name: string): SimulatedNode {
    const node = this.#nodes.get(name);
    if (node !== undefined) return node;
    throw new Error(
      `no node "${name}"; there are ${this.#nodes
        .list()
        .map(each => each.name)
        .join(', ')}`,
    );
  }

  async serve(): Promise<ServedCluster> {
    this.#served ??= await serveCluster(this.#time, this.#plane, this.#tokens);
    return this.#served.cluster;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#served?.close();
    await this.#stop();
  }
}

/** The network's side is loaded only when it is asked for: most tests never need it. */
async function serveCluster(
  time: TimeDriver,
  plane: ControlPlane,
  tokens: LateTokens,
): Promise<{ readonly cluster: ServedCluster; close(): Promise<void> }> {
  const [{ FrontDoor }, { ensureClusterPki, writeKubeconfig }] = await Promise.all([
    import('../drivers/front-door/index.ts'),
    import('../drivers/tls/index.ts'),
  ]);
  const directory = mkdtempSync(join(tmpdir(), 'sampan-test-'));
  // Certificates are checked by real clients, whose time is real.
  const pki = ensureClusterPki({ directory, nowMs: Date.now() });
  const settings: TokenSettings = await tokens.use(pki.serviceAccountKey);
  const { world } = time;
  const door = new FrontDoor({ world, plane, pki, tokens: settings, sampanVersion: 'testing' }, '127.0.0.1');
  const { port } = await door.listen('127.0.0.1', 0);
  const url = `https://127.0.0.1:${port}`;
  const kubeconfig = join(directory, 'admin.kubeconfig');
  writeKubeconfig(kubeconfig, {
    server: url,
    certificateAuthority: pki.authority.certificate,
    clientCertificate: pki.admin.certificate,
    clientKey: pki.admin.privateKey,
  });
  return {
    cluster: { url, kubeconfig },
    async close() {
      await door.close();
      rmSync(directory, { recursive: true });
    },
  };
}

function readDurationMs(duration: string | number): number {
  if (typeof duration === 'number') return duration;
  const nanoseconds = parseGoDuration(duration);
  if (nanoseconds !== undefined && nanoseconds >= 0) return nanoseconds / 1e6;
  throw new Error(`not a duration: "${duration}" (write 90s, 5m or 1h30m, or milliseconds as a number)`);
}
