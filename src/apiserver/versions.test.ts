import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { namesOf, refusalOf, TestServer } from '../../test/fixtures/test-server.ts';
import {
  componentStatuses,
  events,
  eventsV1,
  horizontalPodAutoscalers,
  horizontalPodAutoscalersV1,
} from '../api/generated/index.ts';
import type { WatchEvent } from '../client/index.ts';
import type { KubeObject } from '../machinery/index.ts';

describe('a kind in two groups', () => {
  it('reads in both, whichever it was written in', async () => {
    using api = await TestServer.start();
    const seen: WatchEvent[] = [];
    api.client.watch(eventsV1, {}, { events: batch => seen.push(...batch), end: () => {} });
    await api.client.create(events, {
      metadata: { name: 'a', namespace: 'default' },
      involvedObject: { kind: 'Pod', name: 'p', namespace: 'default' },
      reason: 'Started',
      message: 'Started it',
      type: 'Normal',
    });
    const other = await api.client.get(eventsV1, { name: 'a', namespace: 'default' });
    assert.equal(other.apiVersion, 'events.k8s.io/v1');
    assert.equal(other.note, 'Started it');
    assert.equal(other.regarding?.name, 'p');
    await api.settle();
    assert.equal((seen[0]!.object as typeof other).note, 'Started it');
    assert.deepEqual(namesOf(await api.client.list(eventsV1)), ['a']);
  });

  it('selects events by the names that their version has for fields', async () => {
    using api = await TestServer.start();
    await api.client.create(events, {
      metadata: { name: 'a', namespace: 'default' },
      involvedObject: { kind: 'Pod', name: 'p', namespace: 'default' },
      reportingComponent: 'me',
      reason: 'R',
    });
    const list = async (fieldSelector: string): Promise<readonly string[]> =>
      namesOf(await api.client.list(eventsV1, { fieldSelector }));
    assert.deepEqual(await list('regarding.name=p,reportingController=me'), ['a']);
    assert.deepEqual(await list('reportingController=other'), []);
    await assert.rejects(list('involvedObject.name=p'), /field label not supported: involvedObject\.name/);
    await assert.rejects(
      api.client.list(events, { fieldSelector: 'regarding.name=p' }),
      /field label not supported: regarding\.name/,
    );
  });

  it('forgets events after an hour', async () => {
    using api = await TestServer.start();
    await api.client.create(events, {
      metadata: { name: 'a', namespace: 'default' },
      involvedObject: { kind: 'Pod', name: 'p', namespace: 'default' },
    });
    await api.world.advance(3_599_000);
    await api.client.get(events, { name: 'a', namespace: 'default' });
    await api.world.advance(62_000);
    assert.equal((await refusalOf(api.client.get(events, { name: 'a', namespace: 'default' }))).code, 404);
  });
});

describe('a kind in two versions', () => {
  const ref = { name: 'a', namespace: 'default' };
  const target = { apiVersion: 'apps/v1', kind: 'Deployment', name: 'web' };

  it('is converted on the way in and out', async () => {
    using api = await TestServer.start();
    await api.client.create(horizontalPodAutoscalersV1, {
      metadata: ref,
      spec: { maxReplicas: 5, targetCPUUtilizationPercentage: 60, scaleTargetRef: target },
    });
    const inV2 = await api.client.get(horizontalPodAutoscalers, ref);
    assert.equal(inV2.spec?.metrics?.[0]?.resource?.target.averageUtilization, 60);
    const patch = { spec: { targetCPUUtilizationPercentage: 70 } };
    const patched = await api.client.patch(horizontalPodAutoscalersV1, ref, 'merge', patch);
    assert.equal(patched.apiVersion, 'autoscaling/v1');
    assert.equal(patched.spec?.targetCPUUtilizationPercentage, 70);
    const after = await api.client.get(horizontalPodAutoscalers, ref);
    assert.equal(after.spec?.metrics?.[0]?.resource?.target.averageUtilization, 70);
  });

  it('names the fields that a writer owns as its version does, and finds conflicts across versions', async () => {
    using api = await TestServer.start();
    const spec = { maxReplicas: 5, scaleTargetRef: target };
    const owners = ({ metadata }: KubeObject): readonly string[] =>
      metadata.managedFields!.map(
        ({ manager, apiVersion, fieldsV1 }) => `${manager} ${apiVersion} ${Object.keys(fieldsV1!['f:spec']!)}`,
      );
    const created = await api.client.create(
      horizontalPodAutoscalersV1,
      { metadata: ref, spec: { ...spec, targetCPUUtilizationPercentage: 50 } },
      { fieldManager: 'one' },
    );
    assert.deepEqual(owners(created), [
      'one autoscaling/v1 f:maxReplicas,f:minReplicas,f:scaleTargetRef,f:targetCPUUtilizationPercentage',
    ]);
    const resource = { name: 'cpu', target: { type: 'Utilization', averageUtilization: 60 } };
    const applied = {
      apiVersion: 'autoscaling/v2',
      kind: 'HorizontalPodAutoscaler',
      spec: { ...spec, metrics: [{ type: 'Resource', resource }] },
    };
    const by = { fieldManager: 'two' };
    const error = await refusalOf(api.client.patch(horizontalPodAutoscalers, ref, 'apply', applied, by));
    assert.match(
      error.message,
      /^Apply failed with 1 conflict: conflict with "one" using autoscaling\/v1: \.spec\.targetCPUUtilizationPercentage$/,
    );
    const forced = await api.client.patch(horizontalPodAutoscalers, ref, 'apply', applied, { ...by, force: true });
    assert.deepEqual(owners(forced), [
      'two autoscaling/v2 f:maxReplicas,f:metrics,f:scaleTargetRef',
      'one autoscaling/v1 f:maxReplicas,f:minReplicas,f:scaleTargetRef',
    ]);
  });
});

describe('component statuses', () => {
  it('show the store', async () => {
    using api = await TestServer.start();
    const { items } = await api.client.list(componentStatuses);
    assert.deepEqual(
      items.map(item => [item.metadata.name, item.conditions?.[0]?.status]),
      [['etcd-0', 'True']],
    );
    assert.equal((await refusalOf(api.client.get(componentStatuses, { name: 'x' }))).code, 404);
  });
});
