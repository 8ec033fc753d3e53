import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { readCases } from './conformance-case.ts';
import { formatTable, readTable, updateTable } from './result-table.ts';

const list = `class,sub,sig,tags,reference_seconds,codename
A,,sig-x,,0.25,[sig-x] one [Conformance]
A,kubectl,sig-x,,12,"[sig-x] add, update ""twice"" [Conformance]"
B,,sig-y,Serial,,[sig-y] three [Conformance]
`;

function readList() {
  const directory = mkdtempSync(join(tmpdir(), 'sampan-cases-'));
  try {
    writeFileSync(join(directory, 'cases.csv'), list.replaceAll('\n', '\r\n'));
    return readCases(join(directory, 'cases.csv'));
  } finally {
    rmSync(directory, { recursive: true });
  }
}

test('a list of cases may have commas and quotes in their names', () => {
  assert.deepEqual(
    readList().map(({ class: letter, name }) => [letter, name]),
    [
      ['A', '[sig-x] one [Conformance]'],
      ['A', '[sig-x] add, update "twice" [Conformance]'],
      ['B', '[sig-y] three [Conformance]'],
    ],
  );
});

test('a table keeps what an earlier run said of the cases that this one did not run', () => {
  const cases = readList();
  const [one, two, three] = cases;
  const first = updateTable(
    new Map(),
    [one!, two!],
    new Map([
      [one!.name, { outcome: 'pass', seconds: 0.51 } as const],
      [two!.name, { outcome: 'fail', seconds: 60, failure: 'a | b' } as const],
    ]),
    'abc123',
  );
  const text = formatTable(cases, first);
  assert.match(text, /\| A \| the API server only \| 2 \| 1 \| 1 \| 0 \|/);
  assert.match(text, /\| not run \| {2}\| {2}\| {2}\| \[sig-y\] three/);
  const second = updateTable(
    readTable(text),
    [two!, three!],
    new Map([[two!.name, { outcome: 'pass', seconds: 2 } as const]]),
    'def456',
  );
  assert.deepEqual(second.get(one!.name), { outcome: 'pass', seconds: 0.5, commit: 'abc123' });
  assert.equal(second.get(two!.name)?.commit, 'def456');
  assert.equal(second.get(three!.name)?.outcome, 'not run');
  assert.equal(formatTable(cases, readTable(formatTable(cases, second))), formatTable(cases, second));
});
