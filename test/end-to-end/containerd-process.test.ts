import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { appendFileSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { after, before, describe, it } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import type { RuntimeEvent } from '../../src/node/runtime/index.ts';
import { containersMissing, type OwnContainerd, startOwnContainerd } from '../fixtures/own-containerd.ts';

async function until(what: string, holds: () => boolean | Promise<boolean>, limitMs = 15_000): Promise<void> {
  for (const end = Date.now() + limitMs; !(await holds()); await sleep(20)) {
    assert.ok(Date.now() < end, `timed out waiting for ${what}`);
  }
}

describe('a containerd of our own', { skip: containersMissing }, () => {
  let own: OwnContainerd;
  let containerId: string;
  const isRunning = async (): Promise<boolean> => {
    const result = await own.runtime.execSync(containerId, ['echo', 'here']).catch(() => undefined);
    return result?.outcome === 'exited' && result.stdout === 'here\n';
  };

  before(async () => {
    own = await startOwnContainerd('10.251.2.0/24');
    const sandbox = own.sandbox('survivor');
    const sandboxId = await own.runtime.runPodSandbox(sandbox);
    const config = { name: 'c', attempt: 0, image: own.image, command: ['sleep', '1000'] };
    containerId = await own.runtime.createContainer(sandboxId, config, sandbox);
    await own.runtime.startContainer(containerId);
  });
  after(() => own?.destroy());

  it('is started again when it is killed, its pods go on, and the events say so', async () => {
    const events: RuntimeEvent['type'][] = [];
    const subscription = own.runtime.watchEvents(event => events.push(event.type));
    await until('the first resync', () => events.includes('resync'));
    const { pid } = own.process;
    const started = (await own.runtime.containerStatus(containerId)).startedAt;
    process.kill(pid, 'SIGKILL');
    await until('the disconnect', () => events.includes('disconnected'));
    await until('another process', () => own.process.pid !== pid);
    await until('the second resync', () => events.lastIndexOf('resync') > events.indexOf('disconnected'));
    await until('the container', isRunning);
    assert.equal((await own.runtime.containerStatus(containerId)).startedAt, started, 'it never stopped');
    subscription.close();
  });

  it('is adopted by the next of us, without a restart', async () => {
    const { pid } = own.process;
    await own.process.detach();
    own.process = await own.start();
    assert.equal(own.process.pid, pid);
    assert.ok(await isRunning());
  });

  it('survives the death of the process that started it', async () => {
    await own.process.stop();
    assert.equal(await isRunning(), false, 'containerd is down');
    const script = `
      import { ContainerdProcess } from ${JSON.stringify(new URL('../../src/drivers/containerd/index.ts', import.meta.url).href)};
      import { discardLog } from ${JSON.stringify(new URL('../../src/world/index.ts', import.meta.url).href)};
      const directory = ${JSON.stringify(own.directory)};
      const started = await ContainerdProcess.start({ directory: directory + '/data', runDirectory: directory + '/run', log: discardLog });
      console.log(started.pid);
      setInterval(() => {}, 1000);`;
    const starter = spawn(process.execPath, ['--input-type=module', '--eval', script], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const [line] = (await once(starter.stdout, 'data')) as [Buffer];
    starter.kill('SIGKILL');
    await once(starter, 'exit');
    await sleep(200);
    own.process = await own.start();
    assert.equal(own.process.pid, Number(line));
    await until('the container', isRunning);
  });

  it('is found without a note of it, and takes no stranger for itself', async () => {
    const { pidFile } = own.process.layout;
    const noted = readFileSync(pidFile, 'utf8');
    for (const broken of [undefined, '{"pid":', JSON.stringify({ ...JSON.parse(noted), startTicks: '1' })]) {
      if (broken === undefined) rmSync(pidFile);
      else writeFileSync(pidFile, broken);
      await own.process.detach();
      own.process = await own.start();
      assert.equal(own.process.pid, JSON.parse(noted).pid);
      assert.equal(readFileSync(pidFile, 'utf8'), noted);
    }
    assert.ok(await isRunning());
  });

  it('is restarted for a new configuration, its pods go on', async () => {
    const { pid, layout } = own.process;
    await own.process.detach();
    appendFileSync(layout.config, '# of an earlier version\n');
    own.process = await own.start();
    assert.notEqual(own.process.pid, pid);
    await until('the container', isRunning);
  });
});
