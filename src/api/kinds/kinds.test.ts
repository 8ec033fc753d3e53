import assert from 'node:assert/strict';
import { test } from 'node:test';
import { applyDefaults, formatGroupVersion } from '../../machinery/index.ts';
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
test('no hook fails on an object that says nothing beyond its name', () => {
  const context = { now: '2026-01-01T00:00:00Z', nowMs: 1_767_225_600_000, uuid: () => 'uid' };
  for (const { storage, versions, rules } of builtInKinds) {
    const said = [{}, { spec: {} }, { status: {} }, { spec: {}, status: {} }];
    for (const parts of said) {
      const metadata = { name: 'a', namespace: 'b', uid: 'c' };
      const given = { apiVersion: formatGroupVersion(storage), kind: storage.kind, metadata, ...parts };
      const defaulted = applyDefaults(versions[0]!.schema(), given);
      const complete = rules.setDefaults?.(defaulted) ?? defaulted;
      const created = rules.prepareForCreate?.(complete, context) ?? complete;
      rules.validateCreate?.(created);
      rules.warnings?.(created, undefined);
      const updated = rules.prepareForUpdate?.(complete, created, context) ?? complete;
      rules.validateUpdate?.(updated, created);
      for (const part of [rules.status, ...Object.values(rules.objectSubresources ?? {})]) {
        part?.validateUpdate?.(part.prepareForUpdate(complete, created, context), created);
      }
      for (const read of Object.values(rules.selectableFields ?? {})) read(complete);
      for (const column of rules.columns ?? []) column.value(complete, context.nowMs);
      for (const version of versions) {
        const converted = version.convert?.fromStorage(complete);
        if (converted !== undefined) version.convert!.toStorage(converted);
      }
    }
  }
});
