import { rmSync } from 'node:fs';
import { readKubeconfig } from '../../src/drivers/tls/index.ts';
import { newDirectory, TestCluster } from '../end-to-end/cluster-process.ts';
import type { ApiModel } from './api-model.ts';
import { FuzzConnection } from './fuzz-connection.ts';
import { everywhere, type FuzzRunOptions, runFuzz, type Tally } from './fuzz-run.ts';
import { Mirror } from './mirror.ts';
import { prepareGround } from './prepare-ground.ts';
import { ServerWatch } from './server-watch.ts';
import { compareStates, readState, type StoredState, writeBack } from './stored-state.ts';

/** How long one answer may take. */
const answerLimitMs = 30_000;

export interface FuzzOutcome {
  readonly tally: Tally;
  /** What is wrong besides single answers. */
  readonly problems: readonly string[];
  readonly elapsedMs: number;
  readonly objects: number;
  readonly writtenBack: number;
  readonly longestWaitMs: number;
  readonly memoryMaxBytes: number;
}

export interface ServerFuzzOptions extends FuzzRunOptions {
  readonly nodes: number;
}

/**
 * Fuzzes a fresh Sampan of its own: a process over HTTPS with its durable store, controllers, scheduler and simulated
 * nodes. Afterwards everything stored is read and written back, the server started again, and everything read again.
 */
export async function fuzzFreshServer(options: ServerFuzzOptions): Promise<FuzzOutcome> {
  const directory = newDirectory();
  const flags = ['--nodes', `simulated:${options.nodes}`, '--log-format', 'json'];
  const problems: string[] = [];
  try {
    const cluster = await TestCluster.start(flags, directory);
    const { outcome, state, model } = await fuzzCluster(cluster, options, problems);
    if (outcome === undefined || state === undefined || model === undefined) throw new Error(problems.join('\n'));
    const exit = await cluster.stop();
    if (exit.code !== 0) problems.push(`the server ended with ${exit.code ?? exit.signal}: ${exit.stderr.slice(-500)}`);
    noteErrors(exit.stderr, problems);
    await checkRestart(flags, directory, model, state, problems);
    return { ...outcome, problems };
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}

interface ClusterFuzz {
  readonly outcome?: Omit<FuzzOutcome, 'problems'>;
  readonly state?: StoredState;
  readonly model?: ApiModel;
}

async function fuzzCluster(cluster: TestCluster, options: ServerFuzzOptions, problems: string[]): Promise<ClusterFuzz> {
  const credentials = await readKubeconfig(cluster.kubeconfig);
  const connection = new FuzzConnection(credentials, answerLimitMs);
  const watch = new ServerWatch(connection, cluster.process.pid);
  const mirrors: Mirror[] = [];
  try {
    const ground = await prepareGround(connection);
    const { model } = ground;
    for (const resource of model.resources) {
      if (resource.item !== undefined) mirrors.push(new Mirror(credentials, everywhere(resource)));
    }
    for (const mirror of mirrors) await mirror.start();
    watch.start();
    const started = performance.now();
    const tally = await runFuzz(ground, connection, options);
    const elapsedMs = performance.now() - started;
    await watch.stop();
    for (const said of await Promise.all(mirrors.map(mirror => mirror.compare()))) problems.push(...said);
    const state = await readState(connection, model, problems);
    const writtenBack = await writeBack(connection, state, problems);
    if (watch.stalls.length > 0)
      problems.push(`the server computed for over a second at once: ${watch.stalls.join(', ')} ms`);
    const settled = await readState(connection, model, problems);
    const { longestWaitMs, memoryMaxBytes } = watch;
    return {
      outcome: { tally, elapsedMs, objects: state.size, writtenBack, longestWaitMs, memoryMaxBytes },
      state: settled,
      model,
    };
  } finally {
    await watch.stop();
    for (const mirror of mirrors) mirror.close();
    connection.close();
    if (cluster.process.hasExited)
      problems.push(`the server ended by itself:\n${cluster.process.stderr.slice(-3_000)}`);
  }
}

/** Errors in the log: every one is a fault of ours, whatever clients send. */
function noteErrors(log: string, problems: string[]): void {
  const seen = new Map<string, number>();
  for (const line of log.split('\n')) {
    if (!line.startsWith('{')) continue;
    const { level, component, message, error, time: _time, ...fields } = JSON.parse(line) as Record<string, unknown>;
    const isFault = level === 'error' || String(message).includes('unexpectedly');
    if (!isFault) continue;
    const text = `${component}: ${message} ${JSON.stringify(fields)} ${String(error).split('\n').slice(0, 4).join(' | ')}`;
    const key = text.replace(/"[^"]*"|\d+/g, '…');
    if (!seen.has(key)) problems.push(`log: ${text.slice(0, 1_000)}`);
    seen.set(key, (seen.get(key) ?? 0) + 1);
  }
}

async function checkRestart(
  flags: readonly string[],
  directory: string,
  model: ApiModel,
  before: StoredState,
  problems: string[],
): Promise<void> {
  const cluster = await TestCluster.start(flags, directory);
  const connection = new FuzzConnection(await readKubeconfig(cluster.kubeconfig), answerLimitMs);
  try {
    const after = await readState(connection, model, problems);
    for (const problem of compareStates(before, after)) problems.push(`after a restart ${problem}`);
  } finally {
    connection.close();
    noteErrors((await cluster.stop()).stderr, problems);
  }
}
