import assert from 'node:assert/strict';
import { test } from 'node:test';
import { describeSteps, reconcile } from '../../test/fixtures/view-of.ts';
import type { Node, Pod } from '../api/generated/index.ts';
import { podGarbageController } from './pod-garbage.ts';

const createdAt = '2026-01-01T00:00:00Z';

function pod(name: string, more: Partial<Pod['metadata']> = {}, nodeName?: string, status: Pod['status'] = {}): Pod {
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name, namespace: 'default', uid: name, creationTimestamp: createdAt, ...more },
    spec: { containers: [], nodeName },
    status,
  };
}

const removed = ['patch pods/status lost', 'delete pods lost'];

test('waits before it takes the pods of a missing node for lost', () => {
  const others = [pod('lost', {}, 'gone', { phase: 'Running' })];
  const at = (now: string) => describeSteps(reconcile(podGarbageController(), { key: 'gone', others, now }));
  assert.deepEqual(at('2026-01-01T00:00:30Z'), ['again 10000']);
  assert.deepEqual(at('2026-01-01T00:00:40Z'), removed);
});

test('says of a lost pod that it failed, and why', () => {
  const others = [pod('lost', { generation: 2 }, 'gone', { phase: 'Running' })];
  const [step] = reconcile(podGarbageController(), { key: 'gone', others, now: '2026-01-01T01:00:00Z' });
  assert.deepEqual(step?.do === 'patch' && (step.patch as { status: unknown }).status, {
    phase: 'Failed',
    conditions: [
      {
        type: 'DisruptionTarget',
        status: 'True',
        reason: 'DeletionByPodGC',
        message: 'PodGC: node no longer exists',
        lastTransitionTime: '2026-01-01T01:00:00Z',
        observedGeneration: 2,
      },
    ],
  });
});

test('removes pods that were deleted before they got a node', () => {
  const others = [pod('lost', { deletionTimestamp: createdAt }), pod('waiting')];
  assert.deepEqual(describeSteps(reconcile(podGarbageController(), { key: '', others })), removed);
});

test('removes terminating pods of a node that is out of service, but only if it is not ready either', () => {
  const node = (status: string): Node => ({
    apiVersion: 'v1',
    kind: 'Node',
    metadata: { name: 'off' },
    spec: { taints: [{ key: 'node.kubernetes.io/out-of-service', effect: 'NoExecute' }] },
    status: { conditions: [{ type: 'Ready', status }] },
  });
  const others = [pod('lost', { deletionTimestamp: createdAt }, 'off'), pod('running', {}, 'off')];
  const decide = (status: string) => describeSteps(reconcile(podGarbageController(), { object: node(status), others }));
  assert.deepEqual(decide('Unknown'), removed);
  assert.deepEqual(decide('True'), []);
});

test('removes evicted and then the oldest ended pods beyond the limit', () => {
  const ended = (name: string, at: string, reason?: string) =>
    pod(name, { creationTimestamp: at }, 'node', { phase: 'Failed', reason });
  const others = [
    ended('second', '2026-01-01T00:00:02Z'),
    ended('first', '2026-01-01T00:00:01Z'),
    ended('evicted', '2026-01-01T00:00:03Z', 'Evicted'),
    ended('last', '2026-01-01T00:00:04Z'),
    pod('running', {}, 'node', { phase: 'Running' }),
  ];
  const decide = (max: number) => describeSteps(reconcile(podGarbageController(max), { key: ' finished', others }));
  assert.deepEqual(decide(2), ['delete pods evicted', 'delete pods first']);
  assert.deepEqual(decide(4), []);
});
