import assert from 'node:assert/strict';
import { test } from 'node:test';
import { servedResources } from '../generated/index.ts';
import { builtInKinds } from './index.ts';

test('every served resource belongs to exactly one kind, and every kind is served', () => {
  const served = builtInKinds.flatMap(kind => kind.versions.map(version => version.type));
  assert.equal(new Set(served).size, served.length);
  const missing = servedResources
    .filter(resource => !served.includes(resource.type))
    .map(resource => resource.type.resource);
  assert.deepEqual(missing, []);
});

test('a kind has rules for its status exactly when it has the subresource', () => {
  for (const kind of builtInKinds) {
    const hasPart = kind.versions[0]!.subresources.some(part => part.name === 'status');
    assert.equal(kind.rules.status !== undefined, hasPart, kind.storage.resource);
  }
});
