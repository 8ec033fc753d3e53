import assert from 'node:assert/strict';
import { test } from 'node:test';
import { formatFieldError } from '../../../machinery/index.ts';
import type { Container, Pod } from '../../generated/index.ts';
import { pod as podKind } from '../pod.ts';

const resize = podKind.rules.objectSubresources!.resize!;
const context = { now: '', nowMs: 0, uuid: () => '' };

function podOf(...containers: readonly Container[]): Pod {
  const pod = { apiVersion: 'v1', kind: 'Pod', metadata: { name: 'a', namespace: 'b' }, spec: { containers } };
  return podKind.rules.setDefaults!(pod) as Pod;
}

function containerOf(cpu: string, memory?: string): Container {
  return { name: 'c', image: 'nginx:1', resources: { requests: { cpu, ...(memory === undefined ? {} : { memory }) } } };
}

function resized(object: Pod, old: Pod): readonly string[] {
  return resize.validateUpdate!(resize.prepareForUpdate(object, old, context), old).map(formatFieldError);
}

test('cpu and memory can be resized, and nothing else is taken over', () => {
  const old = podOf(containerOf('100m', '64Mi'));
  const next = podOf({ ...containerOf('200m', '128Mi'), image: 'nginx:2' });
  assert.deepEqual(resized(next, old), []);
  const object = resize.prepareForUpdate(next, old, context) as Pod;
  assert.equal(object.spec.containers[0]!.image, 'nginx:1');
  assert.equal(object.spec.containers[0]!.resources!.requests!.cpu, '200m');
});

test('a pod keeps its quality of service, its requests and its containers', () => {
  const old = podOf(containerOf('100m', '64Mi'));
  const guaranteed = { cpu: '100m', memory: '64Mi' };
  const sure = podOf({ ...containerOf('100m', '64Mi'), resources: { limits: guaranteed, requests: guaranteed } });
  assert.deepEqual(resized(sure, old), [
    'spec: Invalid value: "": Pod QOS Class may not change as a result of resizing',
  ]);
  assert.deepEqual(resized(podOf(containerOf('100m')), old), [
    'spec.containers[0].resources.requests: Forbidden: resource requests cannot be removed',
  ]);
  assert.deepEqual(resized(podOf({ ...containerOf('100m', '64Mi'), name: 'd' }), old), [
    'spec.containers[0].name: Forbidden: containers may not be renamed or reordered on resize',
  ]);
});

test('other resources stay', () => {
  const old = podOf(containerOf('100m'));
  const next = podOf({ ...containerOf('100m'), resources: { requests: { cpu: '1', 'ephemeral-storage': '1Gi' } } });
  assert.deepEqual(resized(next, old), ['spec: Forbidden: only cpu and memory resources are mutable']);
});
