/** The documentation's table of kinds against what is served. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { builtInKinds } from '../../src/api/index.ts';
import { formatGroupVersion } from '../../src/machinery/index.ts';

const page = readFileSync(join(import.meta.dirname, '../../docs/reference/api.md'), 'utf8');

/** `apps/v1 deployments scale status` for each row. */
function documented(): readonly string[] {
  const rows = page.matchAll(/^\| ([a-z0-9./]*v\d+) \| (\w+) \| ([\w, ]*) \| .+ \|$/gm);
  return [...rows].map(([, version, resource, parts = '']) =>
    [version, resource, ...parts.split(/, | /)].join(' ').trim(),
  );
}

function served(): readonly string[] {
  return builtInKinds.flatMap(({ versions }) =>
    versions.map(({ type, subresources }) => {
      const parts = subresources.map(({ name }) => name);
      return [formatGroupVersion(type), type.resource, ...parts].join(' ');
    }),
  );
}

test('the documentation lists every kind that is served, with its subresources, and no other', () => {
  assert.deepEqual([...documented()].sort(), [...served()].sort());
});
