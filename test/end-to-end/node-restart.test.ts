import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { containersMissing } from '../fixtures/own-containerd.ts';
import { eventually, isReady, NodeTestbed } from './node-testbed.ts';

describe('a node agent that comes back', { skip: containersMissing }, () => {
  let bed: NodeTestbed;
  before(async () => {
    bed = await NodeTestbed.start('10.251.14.0/24');
  });
  after(() => bed?.destroy());

  const containersOf = async (name: string): Promise<readonly string[]> => {
    const labels = { 'io.kubernetes.pod.name': name };
    return (await bed.own.runtime.listContainers({ labels })).map(({ id, state }) => `${id} ${state}`);
  };

  /** The old agent ends and leaves everything as it is; a new one takes over. */
  const replaceAgent = async (meanwhile: () => Promise<void> = async () => {}): Promise<void> => {
    bed.agent = bed.agent as never;
    await bed.agent.stop();
    await meanwhile();
    bed.agent = bed.createAgent({ keepPods: true });
    await bed.agent.start();
  };

  it('takes over what runs without touching it', async () => {
    await replaceAgent();
    await bed.createPod('kept', {
      script: 'echo up; exec sleep 1000',
      container: { readinessProbe: { exec: { command: ['true'] }, periodSeconds: 1 } },
    });
    const before = await bed.ready('kept');
    const containers = await containersOf('kept');
    await replaceAgent();
    for (let i = 0; i < 20; i++) {
      assert.ok(isReady((await bed.get('kept'))!), 'never unready');
      await sleep(50);
    }
    assert.deepEqual(await containersOf('kept'), containers);
    const after = (await bed.get('kept'))!;
    assert.deepEqual(after.status, before.status);
    await eventually(
      () => 'the log',
      async () => (await bed.log(after).catch(() => '')) === 'up\n',
    );
  });

  it('removes what was deleted while it was away', async () => {
    await bed.createPod('deleted', { script: 'exec sleep 1000' });
    const pod = await bed.ready('deleted');
    await replaceAgent(() => bed.delete('deleted', 0));
    await eventually(
      () => 'containers to go',
      async () => (await containersOf('deleted')).length === 0,
    );
    const directory = `${bed.options.rootDir}/pods/${pod.metadata.uid}`;
    await eventually(
      () => 'its files to go',
      async () => (await bed.host.files.stat(directory)) === undefined,
      5000,
      () => bed.describeLogs(),
    );
  });

  it('goes on with a deletion that was under way', async () => {
    await bed.createPod('half', {
      script: "trap '' TERM; while :; do sleep 0.1; done",
      spec: { terminationGracePeriodSeconds: 2 },
    });
    await bed.ready('half');
    await bed.delete('half');
    await sleep(100);
    await replaceAgent();
    await bed.gone('half');
  });

  it('sees what ended while it was away', async () => {
    await bed.createPod('ended', { script: 'sleep 1; exit 5', spec: { restartPolicy: 'Never' } });
    await bed.phase('ended', 'Running');
    await replaceAgent(() => sleep(1500));
    const pod = await bed.phase('ended', 'Failed');
    assert.equal(pod.status?.containerStatuses?.[0]?.state?.terminated?.exitCode, 5);
  });

  it('counts restarts on', async () => {
    await bed.createPod('counted', { script: 'exec sleep 1000' });
    const id = async (): Promise<string> =>
      (await bed.ready('counted')).status!.containerStatuses![0]!.containerID!.slice('containerd://'.length);
    await bed.own.runtime.stopContainer(await id(), 0);
    await bed.until('counted', found => found.status?.containerStatuses?.[0]?.restartCount === 1 && isReady(found));
    await replaceAgent(async () => bed.own.runtime.stopContainer(await id(), 0));
    await bed.until('counted', found => found.status?.containerStatuses?.[0]?.restartCount === 2 && isReady(found));
  });

  it('stops pods when it is stopped for good, and starts them again', async () => {
    await bed.createPod('resumed', { script: 'exec sleep 1000' });
    await bed.ready('resumed');
    await bed.agent.stop();
    bed.agent = bed.createAgent();
    await bed.agent.start();
    await bed.ready('resumed');
    await bed.agent.stop();
    const running = await bed.own.runtime.listContainers({ state: 'running' });
    assert.deepEqual(running, []);
    bed.agent = bed.createAgent();
    await bed.agent.start();
    await bed.until(
      'resumed',
      found => (found.status?.containerStatuses?.[0]?.restartCount ?? 0) >= 1 && isReady(found),
    );
  });

  it('goes on when containerd is restarted beneath it', async () => {
    await bed.createPod('undisturbed', { script: 'exec sleep 1000' });
    await bed.ready('undisturbed');
    const containers = await containersOf('undisturbed');
    await bed.own.process.stop();
    bed.own.process = await bed.own.start();
    await bed.createPod('afterwards', { script: 'exec sleep 1000' });
    await bed.ready('afterwards', 30_000);
    assert.deepEqual(await containersOf('undisturbed'), containers);
  });
});
