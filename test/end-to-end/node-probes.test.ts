import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import type { Pod } from '../../src/api/generated/index.ts';
import { containersMissing } from '../fixtures/own-containerd.ts';
import { isReady, NodeTestbed } from './node-testbed.ts';

const httpd = 'mkdir -p /www/cgi-bin; echo ok > /www/up; exec httpd -f -p 8080 -h /www';

describe('probes on a real node', { skip: containersMissing }, () => {
  let bed: NodeTestbed;
  before(async () => {
    bed = await NodeTestbed.start('10.251.13.0/24');
  });
  after(() => bed?.destroy());

  const restartsOf = (pod: Pod): number => pod.status?.containerStatuses?.[0]?.restartCount ?? 0;

  it('calls a pod ready as soon as it answers, and unready when it stops answering', async () => {
    await bed.createPod('web', {
      script: httpd,
      container: {
        ports: [{ name: 'http', containerPort: 8080 }],
        readinessProbe: { httpGet: { path: '/up', port: 'http' }, periodSeconds: 1, failureThreshold: 1 },
      },
    });
    const pod = await bed.ready('web', 5000);
    await bed.exec(pod, ['rm', '/www/up']);
    const unready = await bed.until('web', found => !isReady(found), 4000);
    assert.deepEqual(
      unready.status?.conditions?.find(({ type }) => type === 'Ready')?.message,
      'containers with unready status: [app]',
    );
    assert.equal(await bed.event('web', 'Unhealthy'), 'Readiness probe failed: HTTP probe failed with statuscode: 404');
    await bed.exec(pod, ['touch', '/www/up']);
    await bed.ready('web', 4000);
    assert.equal(restartsOf((await bed.get('web'))!), 0);
  });

  it('does not make a server that needs a moment wait for the next period', async () => {
    await bed.createPod('soon', {
      script: `sleep 0.4; ${httpd}`,
      container: { readinessProbe: { tcpSocket: { port: 8080 }, periodSeconds: 30 } },
    });
    await bed.ready('soon', 4000);
  });

  it('starts a container again that fails its liveness probe', async () => {
    await bed.createPod('sick', {
      script: 'touch /alive; exec sleep 1000',
      container: {
        livenessProbe: { exec: { command: ['sh', '-c', 'cat /alive'] }, periodSeconds: 1, failureThreshold: 2 },
      },
    });
    const pod = await bed.ready('sick');
    await bed.exec(pod, ['rm', '/alive']);
    await bed.until('sick', found => restartsOf(found) === 1 && isReady(found));
    assert.match(await bed.event('sick', 'Unhealthy'), /^Liveness probe failed: cat: can't open '\/alive'/);
    await bed.event('sick', 'Killing', /^Container app failed liveness probe, will be restarted$/);
  });

  it('lets a slow start take its time, and only then asks the other probes', async () => {
    await bed.createPod('slow', {
      script: 'sleep 2; touch /started; exec sleep 1000',
      container: {
        startupProbe: { exec: { command: ['cat', '/started'] }, periodSeconds: 1, failureThreshold: 30 },
        livenessProbe: { exec: { command: ['cat', '/started'] }, periodSeconds: 1, failureThreshold: 1 },
      },
    });
    const starting = await bed.until('slow', ({ status }) => status?.phase === 'Running');
    assert.deepEqual([starting.status?.containerStatuses?.[0]?.started, isReady(starting)], [false, false]);
    const pod = await bed.ready('slow');
    assert.deepEqual([pod.status?.containerStatuses?.[0]?.started, restartsOf(pod)], [true, 0]);
  });

  it('gives a container that never starts up a new try', async () => {
    await bed.createPod('stuck', {
      container: { startupProbe: { tcpSocket: { port: 1 }, periodSeconds: 1, failureThreshold: 1 } },
    });
    await bed.until('stuck', found => restartsOf(found) >= 1);
    assert.match(
      await bed.event('stuck', 'Unhealthy'),
      /^Startup probe failed: dial tcp 10\.251\.13\.\d+:1: connect: connection refused$/,
    );
  });

  it('kills a probe’s command that takes too long', async () => {
    await bed.createPod('hanging', {
      container: { readinessProbe: { exec: { command: ['sleep', '20'] }, periodSeconds: 1, timeoutSeconds: 1 } },
    });
    assert.equal(
      await bed.event('hanging', 'Unhealthy'),
      'Readiness probe failed: command timed out: "sleep 20" timed out after 1s',
    );
  });
});
