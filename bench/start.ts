/**
 * From the command to a cluster that can be used: a first start in a new directory and a later one in the same, run from
 * sources (as `npm start` does) and from the bundle (`npm run build`), both with Node's compile cache. Then what a
 * cluster costs that has nothing to do.
 */
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { type ClusterProcess, startCluster } from './support/cluster-process.ts';
import { median, printFigure } from './support/figures.ts';

const rounds = 5;
const settleMs = 5_000;
const idleMs = 20_000;
const root = join(import.meta.dirname, '..');
const bundle = join(root, 'dist/cli.js');
const fromSources = [join(root, 'tools/launch.js'), 'start'];
const cache = mkdtempSync(join(tmpdir(), 'sampan-bench-cache-'));
/** Addresses of its own, because any other cluster that starts meanwhile takes the first free ones. */
const realNode = ['--nodes', 'real', '--pod-cidr', '10.198.0.0/16'];
const simulatedNode = ['--nodes', 'simulated:1'];
const fromBundle = [join(root, 'bin/launcher/enter.js'), cache, bundle, 'up'];

type Moments = Pick<ClusterProcess, 'apiMs' | 'nodeMs' | 'lineMs'>;

async function withDirectory<T>(use: (directory: string) => Promise<T>): Promise<T> {
  const directory = mkdtempSync(join(tmpdir(), 'sampan-bench-start-'));
  try {
    return await use(directory);
  } finally {
    rmSync(directory, { recursive: true });
  }
}

async function startOnce(command: readonly string[], directory: string, nodes: readonly string[]): Promise<Moments> {
  const cluster = await startCluster(command, directory, nodes);
  await cluster.stop();
  return cluster;
}

async function measureStarts(what: string, command: readonly string[], nodes: readonly string[]): Promise<void> {
  // Fills the compile cache.
  await withDirectory(directory => startOnce(command, directory, nodes));
  const first: Moments[] = [];
  const later: Moments[] = [];
  for (let round = 0; round < rounds; round++) {
    await withDirectory(async directory => {
      first.push(await startOnce(command, directory, nodes));
      later.push(await startOnce(command, directory, nodes));
    });
  }
  printStarts(`${what}, first start`, first);
  printStarts(`${what}, later start`, later);
}

function printStarts(what: string, starts: readonly Moments[]): void {
  const print = (to: string, read: (start: Moments) => number, beside: string): void => {
    printFigure(`${what}: ${to}`, `${median(starts.map(read)).toFixed(0)} ms`, beside);
  };
  print('API answers', start => start.apiMs, 'goal 500 ms');
  print('node Ready', start => start.nodeMs, 'goal 1,500 ms');
  print('ready line', start => start.lineMs, '');
}

async function measureIdle(what: string, command: readonly string[], nodes: readonly string[]): Promise<void> {
  await withDirectory(async directory => {
    const cluster = await startCluster(command, directory, nodes);
    const { pid } = cluster.child;
    await wait(settleMs);
    const before = readCpuMs(pid!);
    await wait(idleMs);
    const share = ((readCpuMs(pid!) - before) / idleMs) * 100;
    const rss = readRssBytes(pid!) / 1e6;
    await cluster.stop();
    printFigure(`${what}, idle: memory`, `${rss.toFixed(0)} MB`, 'goal 150 MB');
    printFigure(`${what}, idle: processor`, `${share.toFixed(1)} %`, 'of a core; goal 1 %');
  });
}

/** proc(5): user and system time stand 14th and 15th, in hundredths of a second. */
function readCpuMs(pid: number): number {
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8')
    .replace(/^.*\) /s, '')
    .split(' ');
  return (Number(fields[11]) + Number(fields[12])) * 10;
}

function readRssBytes(pid: number): number {
  const kilobytes = /^VmRSS:\s+(\d+) kB/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1];
  return Number(kilobytes) * 1024;
}

const hasContainerd = process.getuid?.() === 0 && existsSync('/usr/bin/containerd');
try {
  await measureStarts('sources, simulated node', fromSources, simulatedNode);
  if (existsSync(bundle)) await measureStarts('bundle, simulated node', fromBundle, simulatedNode);
  else printFigure('bundle', 'absent', 'npm run build');
  if (hasContainerd) await measureStarts('sources, real node', fromSources, realNode);
  await measureIdle('simulated node', existsSync(bundle) ? fromBundle : fromSources, simulatedNode);
  if (hasContainerd) await measureIdle('real node', existsSync(bundle) ? fromBundle : fromSources, realNode);
} finally {
  rmSync(cache, { recursive: true, force: true });
}
