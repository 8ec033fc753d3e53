import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { KubeObject } from '../../machinery/index.ts';
import type { HorizontalPodAutoscaler } from '../generated/index.ts';
import { cpuMetric, toV1, toV2 } from './autoscaler-v1.ts';

const full: HorizontalPodAutoscaler = {
  apiVersion: 'autoscaling/v2',
  kind: 'HorizontalPodAutoscaler',
  metadata: { name: 'a', annotations: { team: 'x' } },
  spec: {
    scaleTargetRef: { apiVersion: 'apps/v1', kind: 'Deployment', name: 'd' },
    maxReplicas: 5,
    metrics: [
      {
        type: 'Object',
        object: {
          describedObject: { kind: 'Service', name: 's' },
          metric: { name: 'm' },
          target: { type: 'Value', value: '100' },
        },
      },
      {
        type: 'Pods',
        pods: { metric: { name: 'rps' }, target: { type: 'AverageValue', averageValue: '10' } },
      },
      cpuMetric(50),
    ],
    behavior: {
      scaleDown: { selectPolicy: 'Max', policies: [{ type: 'Percent', value: 10, periodSeconds: 60 }] },
    },
  },
  status: {
    desiredReplicas: 2,
    currentMetrics: [
      { type: 'Resource', resource: { name: 'cpu', current: { averageUtilization: 7, averageValue: '5m' } } },
    ],
  },
};

test('what v1 cannot say travels in annotations, as upstream writes them', () => {
  const { metadata, spec, status } = toV1(full as unknown as KubeObject) as KubeObject & {
    spec: { targetCPUUtilizationPercentage: number };
    status: { currentCPUUtilizationPercentage: number };
  };
  assert.equal(spec.targetCPUUtilizationPercentage, 50);
  assert.equal(status.currentCPUUtilizationPercentage, 7);
  const annotations = metadata.annotations!;
  assert.equal(annotations['team'], 'x');
  assert.deepEqual(JSON.parse(annotations['autoscaling.alpha.kubernetes.io/metrics']!), [
    { type: 'Object', object: { target: { kind: 'Service', name: 's' }, metricName: 'm', targetValue: '100' } },
    { type: 'Pods', pods: { metricName: 'rps', targetAverageValue: '10' } },
  ]);
  assert.deepEqual(JSON.parse(annotations['autoscaling.alpha.kubernetes.io/behavior']!).ScaleDown, {
    StabilizationWindowSeconds: null,
    SelectPolicy: 'Max',
    Policies: [{ Type: 'Percent', Value: 10, PeriodSeconds: 60 }],
    Tolerance: null,
  });
});

test('nothing is lost on the way there and back', () => {
  const back = toV2(toV1(full as unknown as KubeObject)) as unknown as HorizontalPodAutoscaler;
  const plain = JSON.parse(JSON.stringify(back)) as HorizontalPodAutoscaler;
  assert.deepEqual(plain.spec, full.spec);
  assert.deepEqual(plain.metadata, full.metadata);
  assert.deepEqual(plain.status!.currentMetrics, full.status!.currentMetrics);
});

test('annotations that somebody else wrote do no harm', () => {
  for (const text of ['', 'no json', '3', '[3, null]', '{"a":1}']) {
    const annotations = {
      'autoscaling.alpha.kubernetes.io/metrics': text,
      'autoscaling.alpha.kubernetes.io/behavior': text,
      'autoscaling.alpha.kubernetes.io/conditions': text,
      'autoscaling.alpha.kubernetes.io/current-metrics': text,
    };
    const object = { ...full, metadata: { annotations } } as unknown as KubeObject;
    assert.deepEqual((toV2(object) as unknown as HorizontalPodAutoscaler).spec!.metrics, [cpuMetric(80)]);
  }
});
