/**
 * One real node on containerd under a control plane in this process, store in memory: what the node's tests run on.
 * Needs root.
 */
import assert from 'node:assert/strict';
import { generateKeyPairSync } from 'node:crypto';
import { mkdir } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { type Container, type Event, events, type Pod, pods } from '../../src/api/generated/index.ts';
import { defaultIssuer } from '../../src/apiserver/auth/index.ts';
import { type Client, Informers } from '../../src/client/index.ts';
import { ControlPlane, nodeUser } from '../../src/cluster/index.ts';
import { openLinuxHost } from '../../src/drivers/host/index.ts';
import { createNodeWorld } from '../../src/drivers/index.ts';
import { createJoseTokenSigner } from '../../src/drivers/tokens/index.ts';
import { StatusError } from '../../src/machinery/index.ts';
import { NodeAgent, type NodeAgentOptions } from '../../src/node/index.ts';
import type { ByteSource, Host } from '../../src/node/runtime/index.ts';
import { createObjectCodec, MemoryStore, type StoredObject } from '../../src/storage/index.ts';
import type { LogRecord, World } from '../../src/world/index.ts';
import { type OwnContainerd, startOwnContainerd } from '../fixtures/own-containerd.ts';

export const nodeName = 'node-1';

/** What a test says of a pod: a shell script for its one container, and whatever else. */
export interface PodWish {
  readonly script?: string;
  readonly container?: Partial<Container>;
  readonly spec?: Partial<Pod['spec']>;
  readonly metadata?: Pod['metadata'];
}

export class NodeTestbed {
  readonly own: OwnContainerd;
  readonly world: World;
  readonly plane: ControlPlane;
  readonly client: Client;
  readonly host: Host;
  readonly options: NodeAgentOptions;
  readonly logs: LogRecord[];
  agent: NodeAgent;

  private constructor(own: OwnContainerd, world: World, plane: ControlPlane, host: Host, logs: LogRecord[]) {
    this.own = own;
    this.world = world;
    this.plane = plane;
    this.host = host;
    this.logs = logs;
    this.client = plane.client();
    this.options = {
      name: nodeName,
      rootDir: `${own.directory}/node`,
      clusterDns: ['10.96.0.10'],
      cgroupParent: this.cgroupParent,
      stopGraceMs: 1000,
    };
    this.agent = this.createAgent();
  }

  static async start(podCidr: string): Promise<NodeTestbed> {
    const own = await startOwnContainerd(podCidr);
    const logs: LogRecord[] = [];
    const world = createNodeWorld({ writeLog: record => logs.push(record) });
    const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
    const signer = createJoseTokenSigner(privateKey.export({ type: 'pkcs8', format: 'pem' }).toString());
    const plane = await ControlPlane.start({
      world,
      store: new MemoryStore<StoredObject>({ clock: world.clock, codec: createObjectCodec() }),
      certificateAuthority: 'test',
      tokens: { signer, issuer: defaultIssuer, audiences: [defaultIssuer] },
      advertise: [{ ip: '192.0.2.1', port: 6443 }],
    });
    const bed = new NodeTestbed(own, world, plane, await openLinuxHost(), logs);
    await mkdir(bed.options.rootDir, { recursive: true });
    await bed.agent.start();
    return bed;
  }

  get cgroupParent(): string {
    return `/sampan-test-${this.own.process.layout.id}`;
  }

  /** Another agent for the same node, as after a restart of Sampan. */
  createAgent(more: Partial<NodeAgentOptions> = {}): NodeAgent {
    const client = this.plane.client(nodeUser(nodeName), 'kubelet');
    const informers = new Informers(this.world, client);
    return new NodeAgent(this.world, client, informers, this.own.runtime, this.host, { ...this.options, ...more });
  }

  /** Creates a pod bound to the node; its namespace's ServiceAccount is waited for. */
  async createPod(name: string, wish: PodWish = {}): Promise<Pod> {
    const { script = 'sleep 1000', container = {}, spec = {}, metadata = {} } = wish;
    const main: Container = { name: 'app', image: this.own.image, command: ['sh', '-c', script], ...container };
    const pod: Pod = {
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: { name, namespace: 'default', ...metadata },
      spec: { nodeName, containers: [main], terminationGracePeriodSeconds: 1, ...spec },
    };
    return retryForbidden(() => this.client.create(pods, pod));
  }

  get(name: string): Promise<Pod | undefined> {
    return this.client.get(pods, { name, namespace: 'default' }).catch(error => {
      if (StatusError.is(error, 'NotFound')) return undefined;
      throw error;
    });
  }

  /** The pod as soon as `holds` does. */
  async until(name: string, holds: (pod: Pod) => boolean, limitMs = 20_000): Promise<Pod> {
    let pod: Pod | undefined;
    await eventually(
      () => `pod ${name}: ${JSON.stringify(pod?.status)}\n${this.describeLogs()}`,
      async () => {
        pod = await this.get(name);
        return pod !== undefined && holds(pod);
      },
      limitMs,
    );
    return pod!;
  }

  phase(name: string, phase: string, limitMs?: number): Promise<Pod> {
    return this.until(name, pod => pod.status?.phase === phase, limitMs);
  }

  ready(name: string, limitMs?: number): Promise<Pod> {
    return this.until(name, isReady, limitMs);
  }

  async delete(name: string, gracePeriodSeconds?: number): Promise<void> {
    await this.client.delete(pods, { name, namespace: 'default' }, { gracePeriodSeconds });
  }

  async gone(name: string, limitMs?: number): Promise<void> {
    await eventually(
      () => `pod ${name} to go`,
      async () => (await this.get(name)) === undefined,
      limitMs,
    );
  }

  async eventsOf(name: string): Promise<readonly Event[]> {
    const { items } = await this.client.list(events, { namespace: 'default' });
    return items.filter(event => event.involvedObject.name === name);
  }

  /** Waits for an event and returns its message. */
  async event(name: string, reason: string, text: RegExp = /./, limitMs?: number): Promise<string> {
    let found: Event | undefined;
    await eventually(
      () => `event ${reason} ${text} of ${name}`,
      async () => {
        found = (await this.eventsOf(name)).find(event => event.reason === reason && text.test(event.message ?? ''));
        return found !== undefined;
      },
      limitMs,
    );
    return found!.message ?? '';
  }

  async log(pod: Pod, more: Partial<Parameters<NodeAgent['connections']['logs']>[1]> = {}): Promise<string> {
    const request = { container: 'app', follow: false, previous: false, timestamps: false, ...more };
    return textOf(await this.agent.connections.logs(pod, request));
  }

  async exec(pod: Pod, command: readonly string[]): Promise<{ readonly output: string; readonly exitCode: number }> {
    const request = { container: 'app', command, stdin: false, stdout: true, stderr: false, tty: false };
    const session = await this.agent.connections.exec(pod, request);
    const output = await textOf(session.stdout!);
    const result = await session.result;
    return { output, exitCode: result.outcome === 'exited' ? result.exitCode : -1 };
  }

  describeLogs(): string {
    return this.logs
      .map(({ level, component, message, fields }) => `${level} ${component} ${message} ${JSON.stringify(fields)}`)
      .join('\n');
  }

  async destroy(): Promise<void> {
    await this.agent.stop();
    this.plane.stop();
    await this.own.destroy();
  }
}

export function isReady(pod: Pod): boolean {
  return pod.status?.conditions?.some(({ type, status }) => type === 'Ready' && status === 'True') === true;
}

export async function textOf(source: ByteSource): Promise<string> {
  const parts: Uint8Array[] = [];
  for await (const part of source) parts.push(part);
  return Buffer.concat(parts).toString('utf8');
}

export async function eventually(
  what: () => string,
  holds: () => boolean | Promise<boolean>,
  limitMs = 20_000,
  describe: () => string = () => '',
): Promise<void> {
  for (const end = Date.now() + limitMs; !(await holds()); await sleep(20)) {
    assert.ok(Date.now() < end, `timed out waiting for ${what()}\n${describe()}`);
  }
}

/** A namespace's default ServiceAccount takes a moment to appear. */
async function retryForbidden<T>(request: () => Promise<T>): Promise<T> {
  for (const end = Date.now() + 5000; ; await sleep(20)) {
    try {
      return await request();
    } catch (error) {
      if (!StatusError.is(error, 'Forbidden') || Date.now() > end) throw error;
    }
  }
}
