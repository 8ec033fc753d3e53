import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Container, Pod } from '../../api/generated/index.ts';
import { activeDeadline, BackOff, gracePeriodOf, orderTermination } from './index.ts';

function podOf(spec: Partial<Pod['spec']>, metadata: Pod['metadata'] = {}): Pod {
  return { metadata, spec: { containers: [{ name: 'app' }], ...spec } };
}

describe('back-off', () => {
  it('doubles from ten seconds to five minutes', () => {
    const backOff = new BackOff();
    const delays: (number | undefined)[] = [];
    let now = 0;
    for (let i = 0; i < 8; i++) {
      const pending = backOff.pending('key', now, now);
      delays.push(pending?.delayMs);
      now = pending?.endsAt ?? now;
      backOff.next('key', now, now);
      now += 1000;
    }
    assert.deepEqual(delays, [undefined, 10_000, 20_000, 40_000, 80_000, 160_000, 300_000, 300_000]);
  });

  it('begins anew after ten quiet minutes', () => {
    const backOff = new BackOff();
    backOff.next('key', 0, 0);
    backOff.next('key', 1000, 1000);
    assert.equal(backOff.pending('key', 2000, 2000)?.delayMs, 20_000);
    assert.equal(backOff.pending('key', 602_000, 602_000), undefined);
    backOff.next('key', 602_000, 602_000);
    assert.equal(backOff.pending('key', 603_000, 603_000)?.delayMs, 10_000);
  });

  it('counts one failure once, however often its start is tried', () => {
    const backOff = new BackOff();
    backOff.next('key', 500, 1000);
    assert.equal(backOff.pending('key', 500, 1001), undefined);
    assert.equal(backOff.pending('key', 1500, 1501)?.endsAt, 11_500);
  });

  it('forgets what belongs to a pod', () => {
    const backOff = new BackOff();
    backOff.next('u1_app', 0, 0);
    backOff.next('u2_app', 0, 0);
    backOff.forget('u1_');
    assert.equal(backOff.pendingSinceUpdate('u1_app', 1), undefined);
    assert.equal(backOff.pendingSinceUpdate('u2_app', 1)?.delayMs, 10_000);
  });
});

describe('the order of termination', () => {
  const sidecar = (name: string): Container => ({ name, restartPolicy: 'Always' });

  it('stops sidecars after the containers, the last one first', () => {
    const pod = podOf({ initContainers: [sidecar('log'), { name: 'once' }, sidecar('proxy')] });
    const order = orderTermination(pod, ['app', 'log', 'proxy']);
    assert.deepEqual([order.get('app'), order.get('proxy'), order.get('log')], [undefined, ['app'], ['app', 'proxy']]);
  });

  it('does not wait for what does not run', () => {
    const pod = podOf({ initContainers: [sidecar('log'), sidecar('proxy')] });
    assert.deepEqual([...orderTermination(pod, ['log'])], [['log', []]]);
  });
});

describe('the grace period', () => {
  const app: Container = { name: 'app', livenessProbe: { terminationGracePeriodSeconds: 3 } };

  it('is the deletion’s, the probe’s, the pod’s or the least, in this order', () => {
    const pod = podOf({ terminationGracePeriodSeconds: 30 });
    assert.equal(gracePeriodOf({ ...pod, metadata: { deletionGracePeriodSeconds: 5 } }, app, 'livenessProbe'), 5);
    assert.equal(gracePeriodOf(pod, app, 'livenessProbe'), 3);
    assert.equal(gracePeriodOf(pod, app, 'startupProbe'), 30);
    assert.equal(gracePeriodOf(pod, app, 'unknown'), 30);
    assert.equal(gracePeriodOf(podOf({}), app, 'unknown'), 1);
  });
});

describe('the active deadline', () => {
  it('counts from the pod’s start', () => {
    const pod = podOf({ activeDeadlineSeconds: 60 });
    assert.equal(activeDeadline(pod, '2026-01-01T00:00:00Z'), Date.UTC(2026, 0, 1) + 60_000);
    assert.equal(activeDeadline(pod, undefined), undefined);
    assert.equal(activeDeadline(podOf({}), '2026-01-01T00:00:00Z'), undefined);
  });
});
