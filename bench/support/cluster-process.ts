/** `sampan up` as a process of its own, as a person starts it, with the moments at which it has got somewhere. */
import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { Agent, get } from 'node:https';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { readKubeconfig } from '../../src/drivers/tls/index.ts';

export interface ClusterProcess {
  readonly child: ChildProcess;
  /** From the process' start to `GET /readyz` answering 200. */
  readonly apiMs: number;
  /** To the first node being Ready. */
  readonly nodeMs: number;
  /** To the line that says so. */
  readonly lineMs: number;
  stop(): Promise<void>;
}

const pollMs = 4;
const limitMs = 120_000;

/** `command`: Node's arguments up to those of `up`; `nodes`: what `up` is told of nodes. */
export async function startCluster(
  command: readonly string[],
  directory: string,
  nodes: readonly string[],
): Promise<ClusterProcess> {
  const port = await findFreePort();
  const started = performance.now();
  const args = [...command, ...nodes, '--data-dir', directory, '--port', String(port)];
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'pipe'] });
  let said = '';
  let lineMs = 0;
  child.stdout.on('data', (chunk: Buffer) => {
    said += chunk;
    if (lineMs === 0 && said.includes('sampan is ready')) lineMs = performance.now() - started;
  });
  child.stderr.on('data', (chunk: Buffer) => {
    said += chunk;
  });
  const until = async (what: string, isSo: () => boolean | Promise<boolean>): Promise<number> => {
    while (!(await isSo())) {
      if (child.exitCode !== null) throw new Error(`sampan up ended with ${child.exitCode}:\n${said}`);
      if (performance.now() - started > limitMs) {
        child.kill('SIGKILL');
        throw new Error(`not ${what} after ${limitMs} ms:\n${said}`);
      }
      await wait(pollMs);
    }
    return performance.now() - started;
  };
  const kubeconfig = join(directory, 'admin.kubeconfig');
  const agent = new Agent({ keepAlive: true, rejectUnauthorized: false });
  const apiMs = await until('answering', async () => (await request(agent, port, '/readyz')) !== undefined);
  await until('in its kubeconfig', () => existsSync(kubeconfig));
  const { clientCertificate: cert = '', clientKey: key = '' } = await readKubeconfig(kubeconfig);
  const admin = new Agent({ keepAlive: true, rejectUnauthorized: false, cert, key });
  const nodeMs = await until('Ready', async () => isNodeReady(await request(admin, port, '/api/v1/nodes')));
  await until('saying so', () => lineMs > 0);
  for (const each of [agent, admin]) each.destroy();
  return { child, apiMs, nodeMs, lineMs, stop: () => stop(child) };
}

async function stop(child: ChildProcess): Promise<void> {
  const ended = new Promise(resolve => child.once('exit', resolve));
  child.kill('SIGTERM');
  await ended;
}

function findFreePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const { port } = server.address() as { readonly port: number };
      server.close(() => resolve(port));
    });
  });
}

/** The answer's text; undefined for anything but 200. */
function request(agent: Agent, port: number, path: string): Promise<string | undefined> {
  return new Promise(resolve => {
    const outgoing = get({ host: '127.0.0.1', port, path, agent }, incoming => {
      let text = '';
      incoming.setEncoding('utf8');
      incoming.on('data', (part: string) => {
        text += part;
      });
      incoming.on('end', () => resolve(incoming.statusCode === 200 ? text : undefined));
      incoming.on('error', () => resolve(undefined));
    });
    outgoing.on('error', () => resolve(undefined));
  });
}

interface NodeList {
  readonly items: readonly {
    readonly status?: { readonly conditions?: readonly { type: string; status: string }[] };
  }[];
}

function isNodeReady(text: string | undefined): boolean {
  if (text === undefined) return false;
  const { items } = JSON.parse(text) as NodeList;
  return items.some(node => node.status?.conditions?.some(({ type, status }) => type === 'Ready' && status === 'True'));
}
