/**
 * Pods on containerd: twenty one by one and twenty at once, from their creation in the API to Ready, beside the same
 * sandboxes and containers asked of the same containerd by bare CRI calls in the same run. Needs root.
 */
import { setTimeout as wait } from 'node:timers/promises';
import { type Pod, pods } from '../src/api/generated/index.ts';
import type { ContainerConfig, SandboxConfig } from '../src/node/runtime/index.ts';
import { isReady, NodeTestbed } from '../test/end-to-end/node-testbed.ts';
import { containersMissing } from '../test/fixtures/own-containerd.ts';
import { median, printFigure } from './support/figures.ts';

const podCount = 20;
const parallelRounds = 3;

/** What the node agent asks the runtime for. */
interface Asked {
  readonly sandbox: SandboxConfig;
  readonly container: ContainerConfig;
}

let made = 0;

async function startPod(bed: NodeTestbed, name: string): Promise<number> {
  const started = performance.now();
  await bed.createPod(name, { spec: { automountServiceAccountToken: false } });
  const isUp = (): boolean => {
    const pod = bed.plane.server.view.get(pods, 'default', name);
    return pod !== undefined && isReady(pod as Pod);
  };
  while (!isUp()) await wait(1);
  return performance.now() - started;
}

async function removePods(bed: NodeTestbed, names: readonly string[]): Promise<void> {
  for (const name of names) await bed.delete(name, 0);
  for (const name of names) await bed.gone(name);
}

/** Starts a pod and notes what its node asked for; the pod stays, because the files that are mounted are its own. */
async function recordAsked(bed: NodeTestbed): Promise<Asked> {
  const { runtime } = bed.own;
  let sandbox: SandboxConfig | undefined;
  let container: ContainerConfig | undefined;
  const { runPodSandbox, createContainer } = runtime;
  runtime.runPodSandbox = (config, handler) => {
    sandbox = config;
    return runPodSandbox.call(runtime, config, handler);
  };
  runtime.createContainer = (id, config, sandboxConfig) => {
    container = config;
    return createContainer.call(runtime, id, config, sandboxConfig);
  };
  await startPod(bed, 'asked');
  Object.assign(runtime, { runPodSandbox, createContainer });
  return { sandbox: sandbox!, container: container! };
}

/** The same by hand. Without the labels by which a node knows its own pods, or it would remove them. */
async function startBare(bed: NodeTestbed, { sandbox, container }: Asked): Promise<{ ms: number; id: string }> {
  const { runtime } = bed.own;
  const name = `bare-${made++}`;
  const config: SandboxConfig = {
    ...sandbox,
    metadata: { ...sandbox.metadata, name, uid: name },
    hostname: name,
    logDirectory: `${bed.own.directory}/logs/${name}`,
    labels: {},
  };
  const started = performance.now();
  const id = await runtime.runPodSandbox(config);
  const containerId = await runtime.createContainer(id, { ...container, labels: {} }, config);
  await runtime.startContainer(containerId);
  return { ms: performance.now() - started, id };
}

async function compareSingly(bed: NodeTestbed, asked: Asked): Promise<void> {
  const ours: number[] = [];
  const bare: number[] = [];
  const names: string[] = [];
  const sandboxes: string[] = [];
  for (let i = 0; i < podCount; i++) {
    const name = `single-${i}`;
    names.push(name);
    ours.push(await startPod(bed, name));
    const { ms, id } = await startBare(bed, asked);
    sandboxes.push(id);
    bare.push(ms);
  }
  await removePods(bed, names);
  for (const id of sandboxes) await bed.own.runtime.removePodSandbox(id);
  const [pod, limit] = [median(ours), median(bare)];
  printFigure(`a pod, one by one`, `${pod.toFixed(0)} ms`, describe(limit, pod / limit));
}

async function compareAtOnce(bed: NodeTestbed, asked: Asked): Promise<void> {
  const ours: number[] = [];
  const bare: number[] = [];
  for (let round = 0; round < parallelRounds; round++) {
    const names = Array.from({ length: podCount }, (_, i) => `parallel-${round}-${i}`);
    let started = performance.now();
    await Promise.all(names.map(name => startPod(bed, name)));
    ours.push(performance.now() - started);
    await removePods(bed, names);
    started = performance.now();
    const sandboxes = await Promise.all(names.map(() => startBare(bed, asked)));
    bare.push(performance.now() - started);
    for (const { id } of sandboxes) await bed.own.runtime.removePodSandbox(id);
  }
  const [all, limit] = [median(ours), median(bare)];
  const rate = ((podCount / all) * 1000).toFixed(1);
  printFigure(`${podCount} pods at once`, `${all.toFixed(0)} ms`, `${rate} pods/s; ${describe(limit, all / limit)}`);
}

function describe(bareMs: number, ratio: number): string {
  return `bare CRI calls ${bareMs.toFixed(0)} ms, ratio ${ratio.toFixed(2)} (goal 1.10)`;
}

if (containersMissing !== false) {
  printFigure('pods', 'not measured', containersMissing);
} else {
  const bed = await NodeTestbed.start('10.251.77.0/24');
  try {
    const asked = await recordAsked(bed);
    await compareSingly(bed, asked);
    await compareAtOnce(bed, asked);
    await removePods(bed, ['asked']);
  } finally {
    await bed.destroy();
  }
}
