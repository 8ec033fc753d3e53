import assert from 'node:assert/strict';
import { test } from 'node:test';
import { TestServer } from '../../../test/fixtures/test-server.ts';
import { Discovery } from './discovery.ts';

test('discovery tells by a hash in which version a resource is stored, as upstream does', async () => {
  using api = await TestServer.start();
  const discovery = new Discovery(api.server.resources);
  const hashesOf = (group: string, version: string): Readonly<Record<string, string | undefined>> => {
    const { resources } = JSON.parse(discovery.resources(group, version)!.text);
    return Object.fromEntries(
      resources.map((one: { name: string; storageVersionHash?: string }) => [one.name, one.storageVersionHash]),
    );
  };
  const core = hashesOf('', 'v1');
  assert.equal(core['pods'], 'xPOwRZ+Yhw8=');
  assert.equal(core['events'], hashesOf('events.k8s.io', 'v1')['events']);
  for (const name of ['pods/status', 'bindings', 'componentstatuses']) assert.equal(core[name], undefined, name);
});
