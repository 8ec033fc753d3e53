import assert from 'node:assert/strict';
import { type ChildProcessByStdio, spawn } from 'node:child_process';
import { createInterface, type Interface } from 'node:readline';
import type { Readable } from 'node:stream';
import { after, before, describe, it } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Pod } from '../../src/api/generated/index.ts';
import { openLinuxHost } from '../../src/drivers/host/index.ts';
import { createSeededRandom } from '../../src/world/index.ts';
import { containersMissing, type OwnContainerd, startOwnContainerd } from '../fixtures/own-containerd.ts';

const seed = process.env['SAMPAN_TEST_SEED'] ?? '7';
const kills = 12;

describe('a node whose process is killed again and again', { skip: containersMissing }, () => {
  let own: OwnContainerd;
  before(async () => {
    own = await startOwnContainerd('10.251.17.0/24');
  });
  after(async () => {
    // One that a failure left would hold this process, and what it runs.
    for (const life of lives) life.process.kill('SIGKILL');
    await Promise.all(lives.map(life => life.ended));
    await own?.destroy();
  });

  it(`doubles nothing, loses nothing and leaves nothing behind (seed ${seed})`, async () => {
    const random = createSeededRandom(seed);
    let stays: string | undefined;
    for (let round = 0; round < kills; round++) {
      const life = startLife(own, `${seed}-${round}`);
      await life.started;
      await sleep(random.integer(1200));
      life.process.kill('SIGKILL');
      await life.ended;
      stays = await assertUndisturbed(own, stays);
    }
    const last = startLife(own, `${seed}-last`);
    await last.started;
    last.process.kill('SIGUSR2');
    const pods = JSON.parse(await last.nextLine) as readonly Pod[];
    assert.ok(pods.some(({ metadata }) => metadata.name === 'stays'));
    await assertSoon(() => assertExactly(own, pods));
    last.process.kill('SIGKILL');
    await last.ended;
  });
});

const lives: Life[] = [];

interface Life {
  readonly process: ChildProcessByStdio<null, Readable, null>;
  readonly started: Promise<string>;
  readonly nextLine: Promise<string>;
  readonly ended: Promise<void>;
}

function startLife(own: OwnContainerd, lifeSeed: string): Life {
  const script = new URL('node-process.ts', import.meta.url).pathname;
  const args = [script, own.process.layout.socket, own.directory, cgroupOf(own), own.image, lifeSeed];
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] });
  const lines = createInterface({ input: child.stdout });
  const started = nextLine(lines);
  const life = {
    process: child,
    started,
    nextLine: started.then(() => nextLine(lines)),
    ended: new Promise<void>(resolve => child.on('exit', () => resolve())),
  };
  lives.push(life);
  return life;
}

function nextLine(lines: Interface): Promise<string> {
  return new Promise(resolve => lines.once('line', resolve));
}

function cgroupOf(own: OwnContainerd): string {
  return `/sampan-test-${own.process.layout.id}`;
}

/** The container of the pod that stays runs on, and is the same as before. */
async function assertUndisturbed(own: OwnContainerd, before: string | undefined): Promise<string | undefined> {
  const labels = { 'io.kubernetes.pod.name': 'stays', 'io.kubernetes.container.name': 'app' };
  const running = await own.runtime.listContainers({ labels, state: 'running' });
  assert.ok(running.length <= 1, 'never two at a time');
  if (before !== undefined) assert.equal(running[0]?.id, before, 'it runs on undisturbed');
  return running[0]?.id;
}

/** What is left of deleted pods has a moment to go. */
async function assertSoon(check: () => Promise<void>): Promise<void> {
  for (const end = Date.now() + 20_000; Date.now() < end; await sleep(200)) {
    if (
      await check().then(
        () => true,
        () => false,
      )
    ) {
      return;
    }
  }
  await check();
}

/** The runtime and the disk have what the API server has, once each, and nothing else. */
async function assertExactly(own: OwnContainerd, pods: readonly Pod[]): Promise<void> {
  const uids = pods.map(({ metadata }) => metadata.uid!).sort();
  const podUid = 'io.kubernetes.pod.uid';
  const sandboxes = await own.runtime.listPodSandboxes({ state: 'ready' });
  assert.deepEqual(sandboxes.map(({ labels }) => labels[podUid]!).sort(), uids, 'a sandbox each');
  const containers = await own.runtime.listContainers({ state: 'running' });
  assert.deepEqual(containers.map(({ labels }) => labels[podUid]!).sort(), uids, 'a container each');
  const all = await own.runtime.listPodSandboxes();
  assert.deepEqual([...new Set(all.map(({ labels }) => labels[podUid]!))].sort(), uids, 'no sandbox is left');
  const { files, cgroups } = await openLinuxHost();
  assert.deepEqual(await files.list(`${own.directory}/node/pods`), uids, 'no directory is left');
  const groups = (await cgroups.list(`${cgroupOf(own)}/kubepods/besteffort`)) ?? [];
  assert.deepEqual(groups.map(name => name.slice('pod'.length)).sort(), uids, 'no cgroup is left');
}
