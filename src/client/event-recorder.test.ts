import assert from 'node:assert/strict';
import { test } from 'node:test';
import { TestPlane } from '../../test/fixtures/test-plane.ts';
import { type ConfigMap, configMaps, type Event, events } from '../api/generated/index.ts';
import { EventRecorder } from './event-recorder.ts';

const namespace = 'default';

async function setUp() {
  const plane = await TestPlane.start();
  const map: ConfigMap = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'a', namespace } };
  const regarding = await plane.client.create(configMaps, map);
  return { plane, regarding, recorder: new EventRecorder(plane.world, plane.client, 'tester', 'node-1') };
}

async function list(plane: TestPlane): Promise<readonly Event[]> {
  await plane.world.flush();
  return (await plane.client.list(events, { namespace })).items;
}

test('posts an event that says who, what, when and about which object', async () => {
  const { plane, regarding, recorder } = await setUp();
  using _ = plane;
  recorder.record({ regarding, type: 'Normal', reason: 'Seen', message: 'it is here' });
  const [event, ...others] = await list(plane);
  assert.equal(others.length, 0);
  assert.match(event?.metadata.name ?? '', /^a\.[0-9a-f]{16}$/);
  assert.equal(event?.involvedObject.uid, regarding.metadata.uid);
  assert.equal(event?.involvedObject.kind, 'ConfigMap');
  assert.deepEqual([event?.reason, event?.message, event?.type], ['Seen', 'it is here', 'Normal']);
  assert.deepEqual(event?.source, { component: 'tester', host: 'node-1' });
  assert.equal(event?.count, 1);
});

test('counts a repeat in the same event', async () => {
  const { plane, regarding, recorder } = await setUp();
  using _ = plane;
  const step = { regarding, type: 'Warning', reason: 'Odd', message: 'again' } as const;
  for (let i = 0; i < 3; i++) {
    recorder.record(step);
    await plane.world.advance(1000);
  }
  const [event, ...others] = await list(plane);
  assert.equal(others.length, 0);
  assert.equal(event?.count, 3);
  assert.notEqual(event?.firstTimestamp, event?.lastTimestamp);
});

test('posts a new event when the first one has expired', async () => {
  const { plane, regarding, recorder } = await setUp();
  using _ = plane;
  const step = { regarding, type: 'Warning', reason: 'Odd', message: 'again' } as const;
  recorder.record(step);
  const [first] = await list(plane);
  await plane.world.advance(3 * 3600_000);
  assert.deepEqual(await list(plane), []);
  recorder.record(step);
  const [second] = await list(plane);
  assert.notEqual(second?.metadata.name, first?.metadata.name);
});

test('fails nobody when an event cannot be posted', async () => {
  const { plane, regarding, recorder } = await setUp();
  using _ = plane;
  const elsewhere = { ...regarding, metadata: { ...regarding.metadata, namespace: 'absent' } };
  recorder.record({ regarding: elsewhere, type: 'Normal', reason: 'Seen', message: 'it is here' });
  await plane.world.advance(1000);
  assert.deepEqual(await list(plane), []);
});
