/**
 * A node with pods on a bridge and a machine outside it, each a network namespace of its own, so that rules can be
 * tried without touching this machine's. Needs root.
 */
import { type ChildProcessByStdio, execFileSync, spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { createInterface } from 'node:readline';
import type { Readable, Writable } from 'node:stream';
import { prepareBridge } from '../../src/drivers/bridge/index.ts';
import type { AgentCommand, AgentReply } from './network-agent.ts';

type Agent = ChildProcessByStdio<Writable, Readable, null>;

export class NetworkNamespace implements AsyncDisposable {
  readonly name: string;
  readonly #agent: Agent;
  readonly #waiting: ((reply: AgentReply) => void)[] = [];

  constructor(name: string) {
    this.name = name;
    run('ip', 'netns', 'add', name);
    this.ip('link', 'set', 'lo', 'up');
    const script = new URL('network-agent.ts', import.meta.url).pathname;
    this.#agent = spawn('ip', ['netns', 'exec', name, process.execPath, script], {
      stdio: ['pipe', 'pipe', 'inherit'],
    });
    createInterface({ input: this.#agent.stdout }).on('line', line => this.#waiting.shift()?.(JSON.parse(line)));
  }

  /** `ip` inside the namespace. */
  ip(...args: string[]): void {
    run('ip', '-n', this.name, ...args);
  }

  exec(...command: string[]): string {
    return run('ip', 'netns', 'exec', this.name, ...command);
  }

  async serve(protocol: 'tcp' | 'udp', address: string, port: number, name = this.name): Promise<void> {
    const { error } = await this.#send({ operation: 'serve', protocol, address, port, name });
    if (error !== undefined) throw new Error(`${this.name} cannot serve on ${address}:${port}: ${error}`);
  }

  /** Who answered, or the error's code: `pod-a`, `ECONNREFUSED`. */
  async ask(protocol: 'tcp' | 'udp', address: string, port: number, more: Partial<AgentCommand> = {}): Promise<string> {
    return (await this.askFully(protocol, address, port, more)).replace(/ from .*/, '');
  }

  /** As `ask`, with the address that the question seemed to come from: `pod-a from 10.1.0.2`. */
  async askFully(
    protocol: 'tcp' | 'udp',
    address: string,
    port: number,
    more: Partial<AgentCommand> = {},
  ): Promise<string> {
    const { answer, error } = await this.#send({ operation: 'ask', protocol, address, port, ...more });
    return answer ?? error ?? 'nothing';
  }

  async serveDns(address: string, port: number, more: Partial<AgentCommand>): Promise<void> {
    const { error } = await this.#send({ operation: 'serve-dns', protocol: 'udp', address, port, ...more });
    if (error !== undefined) throw new Error(`${this.name} cannot serve DNS on ${address}:${port}: ${error}`);
  }

  /** How many addresses the name has, or the error's code. */
  async resolve(server: string, name: string): Promise<string> {
    const { answer, error } = await this.#send({
      operation: 'resolve',
      protocol: 'udp',
      address: server,
      port: 53,
      name,
    });
    return answer ?? error ?? 'nothing';
  }

  #send(command: AgentCommand): Promise<AgentReply> {
    return new Promise(resolve => {
      this.#waiting.push(resolve);
      this.#agent.stdin.write(`${JSON.stringify(command)}\n`);
    });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const ended = new Promise(resolve => this.#agent.once('close', resolve));
    this.#agent.stdin.end();
    await ended;
    run('ip', 'netns', 'delete', this.name);
  }
}

let count = 0;

/**
 *     pod-a 10.1.0.2 ┐
 *     pod-b 10.1.0.3 ┼ bridge 10.1.0.1  node  192.0.2.1 ─ 192.0.2.2 outside
 *     pod-c 10.1.0.4 ┘
 */
export class NetworkTestbed implements AsyncDisposable {
  static readonly podCidr = '10.1.0.0/24';
  static readonly nodeIp = '192.0.2.1';
  static readonly bridgeIp = '10.1.0.1';
  static readonly outsideIp = '192.0.2.2';
  readonly node: NetworkNamespace;
  readonly outside: NetworkNamespace;
  pods: readonly NetworkNamespace[] = [];

  private constructor(prefix: string) {
    this.node = new NetworkNamespace(`${prefix}-node`);
    this.outside = new NetworkNamespace(`${prefix}-outside`);
    this.#connectOutside();
  }

  static async create(): Promise<NetworkTestbed> {
    removeLeftovers();
    const name = `st${process.pid}-${count++}`;
    const testbed = new NetworkTestbed(name);
    const bridge = {
      name: 'bridge0',
      podCidrs: [NetworkTestbed.podCidr, 'fd01::/64'],
      prefix: ['nsenter', `--net=/run/netns/${testbed.node.name}`],
    };
    try {
      await prepareBridge(bridge);
      // As every start does: what is there already is left as it is.
      await prepareBridge(bridge);
    } catch (error) {
      await testbed[Symbol.asyncDispose]();
      throw error;
    }
    testbed.pods = ['a', 'b', 'c'].map((letter, i) => testbed.#addPod(`${name}-pod-${letter}`, i + 2));
    return testbed;
  }

  #connectOutside(): void {
    this.node.ip('link', 'add', 'uplink', 'type', 'veth', 'peer', 'name', 'uplink', 'netns', this.outside.name);
    this.node.ip('addr', 'add', '192.0.2.1/24', 'dev', 'uplink');
    this.outside.ip('addr', 'add', '192.0.2.2/24', 'dev', 'uplink');
    this.node.ip('link', 'set', 'uplink', 'up');
    this.outside.ip('link', 'set', 'uplink', 'up');
    this.node.ip('route', 'add', 'default', 'via', '192.0.2.2');
    // The outside knows no way to pods, as is usual: only masqueraded packets can be answered.
    this.outside.ip('route', 'add', '203.0.113.0/24', 'via', '192.0.2.1');
  }

  #addPod(name: string, number: number): NetworkNamespace {
    const pod = new NetworkNamespace(name);
    const port = `pod${number}`;
    this.node.ip('link', 'add', port, 'type', 'veth', 'peer', 'name', 'eth0', 'netns', name);
    this.node.ip('link', 'set', port, 'master', 'bridge0', 'up');
    // As the CNI bridge plugin does with hairpinMode: a pod reaches itself through a Service.
    this.node.ip('link', 'set', port, 'type', 'bridge_slave', 'hairpin', 'on');
    pod.ip('addr', 'add', `10.1.0.${number}/24`, 'dev', 'eth0');
    pod.ip('-6', 'addr', 'add', `fd01::${number}/64`, 'dev', 'eth0', 'nodad');
    pod.ip('link', 'set', 'eth0', 'up');
    pod.ip('route', 'add', 'default', 'via', '10.1.0.1');
    pod.ip('-6', 'route', 'add', 'default', 'via', 'fd01::1');
    return pod;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const namespace of [...this.pods, this.outside, this.node]) await namespace[Symbol.asyncDispose]();
  }
}

/** A run that was killed leaves its namespaces behind; what lived in them ended with its standard input. */
function removeLeftovers(): void {
  for (const [name, pid] of run('ip', 'netns', 'list').matchAll(/^st(\d+)-\S+/gm)) {
    if (!existsSync(`/proc/${pid}`)) run('ip', 'netns', 'delete', name);
  }
}

function run(program: string, ...args: string[]): string {
  return execFileSync(program, args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'inherit'] });
}
