import assert from 'node:assert/strict';
import { test } from 'node:test';
import { TestPlane } from '../../test/fixtures/test-plane.ts';
import { type ConfigMap, configMaps } from '../api/generated/index.ts';
import { Client } from './client.ts';
import { Informer } from './informer.ts';

const namespace = 'default';

function configMap(name: string, value = '0'): ConfigMap {
  return { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name, namespace }, data: { value } };
}

/** An informer over the plane's faulty line, with a record of what its listener heard. */
async function follow(plane: TestPlane): Promise<{ informer: Informer<ConfigMap>; heard: string[] }> {
  const informer = new Informer(plane.world, new Client(plane.line), configMaps);
  const heard: string[] = [];
  informer.start();
  await plane.world.flush();
  informer.onChange((object, previous) => {
    const name = (object ?? previous)!.metadata.name;
    const change =
      object === undefined ? 'gone' : `${previous === undefined ? 'new' : 'now'} ${object.data?.['value']}`;
    heard.push(`${name} ${change}`);
  });
  return { informer, heard };
}

function names(informer: Informer<ConfigMap>): (string | undefined)[] {
  return informer.list(namespace).map(object => object.metadata.name);
}

test('holds what was there, and follows what is created, changed and deleted', async () => {
  using plane = await TestPlane.start();
  await plane.client.create(configMaps, configMap('b'));
  const { informer, heard } = await follow(plane);
  assert.equal(informer.hasSynced, true);
  const created = await plane.client.create(configMaps, configMap('a'));
  await plane.client.update(configMaps, { ...created, data: { value: '1' } });
  assert.deepEqual(names(informer), ['a', 'b']);
  await plane.client.delete(configMaps, { namespace, name: 'b' });
  assert.deepEqual(names(informer), ['a']);
  assert.equal(informer.get(namespace, 'a')?.data?.['value'], '1');
  assert.equal(informer.getByKey('default/a'), informer.get(namespace, 'a'));
  assert.deepEqual(heard, ['b new 0', 'a new 0', 'a now 1', 'b gone']);
});

test('goes on from where it was when a watch ends, without listing again', async () => {
  using plane = await TestPlane.start();
  const { informer, heard } = await follow(plane);
  await plane.client.create(configMaps, configMap('before'));
  plane.line.cut();
  await plane.client.create(configMaps, configMap('after'));
  await plane.world.flush();
  assert.deepEqual(names(informer), ['after', 'before']);
  assert.deepEqual(heard, ['before new 0', 'after new 0']);
  assert.equal(plane.line.listsMade, 1);
});

test('tries again with a growing delay while the server cannot be reached, and misses nothing', async () => {
  using plane = await TestPlane.start();
  const { informer, heard } = await follow(plane);
  plane.line.isDown = true;
  plane.line.cut(new Error('connection reset'));
  const object = await plane.client.create(configMaps, configMap('meanwhile'));
  await plane.client.update(configMaps, { ...object, data: { value: '1' } });
  const startedBefore = plane.line.watchesStarted;
  await plane.world.advance(3100);
  // After 200, 400, 800 and 1600 ms.
  assert.equal(plane.line.watchesStarted - startedBefore, 4);
  plane.line.isDown = false;
  await plane.world.advance(3200);
  assert.deepEqual(heard, ['meanwhile new 0', 'meanwhile now 1']);
  assert.deepEqual(names(informer), ['meanwhile']);
});

test('lists again when the server has forgotten its revision, and tells what has changed since', async () => {
  using plane = await TestPlane.start();
  await plane.client.create(configMaps, configMap('deleted'));
  await plane.client.create(configMaps, configMap('untouched'));
  let busy = await plane.client.create(configMaps, configMap('busy'));
  const { informer, heard } = await follow(plane);
  heard.length = 0;
  plane.line.isDown = true;
  plane.line.cut(new Error('connection reset'));
  await plane.client.delete(configMaps, { namespace, name: 'deleted' });
  await plane.client.create(configMaps, configMap('created'));
  // More changes than the watch cache keeps of old ones, and more time than it keeps young ones.
  for (let round = 1; round <= 150; round++) {
    busy = await plane.client.update(configMaps, { ...busy, data: { value: String(round) } });
  }
  await plane.world.advance(150_000);
  plane.line.isDown = false;
  const listsBefore = plane.line.listsMade;
  await plane.world.advance(60_000);
  assert.equal(plane.line.listsMade - listsBefore, 1);
  assert.deepEqual(names(informer), ['busy', 'created', 'untouched']);
  assert.deepEqual(heard.toSorted(), ['busy now 150', 'created new 0', 'deleted gone']);
  await plane.client.create(configMaps, configMap('later'));
  assert.equal(heard.at(-1), 'later new 0');
});

test('stops following when stopped', async () => {
  using plane = await TestPlane.start();
  const { informer, heard } = await follow(plane);
  informer.stop();
  await plane.client.create(configMaps, configMap('late'));
  await plane.world.advance(120_000);
  assert.deepEqual(heard, []);
});
