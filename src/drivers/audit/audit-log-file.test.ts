import assert from 'node:assert/strict';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, test } from 'node:test';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { createNodeWorld } from '../node-world.ts';
import { AuditLogFile } from './audit-log-file.ts';
import { AuditSettingsError, openAuditLog } from './open-audit-log.ts';

let directory: string;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'sampan-audit-'));
});
afterEach(() => rmSync(directory, { recursive: true }));

const onLoss = (): void => assert.fail('events were lost');

test('appends each event as a line, and goes on where it was', async () => {
  const path = join(directory, 'deep', 'audit.log');
  for (const text of ['first', 'second']) {
    const file = new AuditLogFile({ path, onLoss });
    file.write(`{"n":"${text}"}`);
    file.write('{}');
    await file.close();
  }
  assert.equal(readFileSync(path, 'utf8'), '{"n":"first"}\n{}\n{"n":"second"}\n{}\n');
});

test('begins a new file when one is full, and keeps as many old ones as it should', async () => {
  const path = join(directory, 'audit.log');
  const file = new AuditLogFile({ path, maxSizeMegabytes: 1, maxBackups: 2, onLoss });
  const line = `"${'x'.repeat(700_000)}"`;
  for (let i = 0; i < 5; i++) {
    file.write(line);
    await nextTurn();
    await nextTurn();
  }
  await file.close();
  const names = readdirSync(directory).sort();
  assert.equal(names.length, 3, names.join(' '));
  assert.ok(names.includes('audit.log'));
  for (const name of names.filter(one => one !== 'audit.log')) {
    assert.match(name, /^audit-\d{4}-\d\d-\d\dT\d\d-\d\d-\d\d\.\d{3}\.log$/);
  }
  assert.equal(readFileSync(path, 'utf8'), `${line}\n`);
});

test('removes files that are too old, and nothing that is not its own', async () => {
  const names = ['audit-2001-01-01T00-00-00.000.log', 'audit-notes.log', 'other-2001-01-01T00-00-00.000.log'];
  for (const name of names) writeFileSync(join(directory, name), '');
  await new AuditLogFile({ path: join(directory, 'audit.log'), maxAgeDays: 30, onLoss }).close();
  assert.deepEqual(readdirSync(directory).sort(), ['audit-notes.log', 'audit.log', names[2]]);
});

test('says what is wrong with a policy instead of starting without it', async () => {
  const world = createNodeWorld({ writeLog: () => {} });
  const calls = { send: () => assert.fail('nothing is to be sent') };
  const open = (policy: string) => {
    writeFileSync(join(directory, 'policy.yaml'), policy);
    return openAuditLog({ policyFile: join(directory, 'policy.yaml') }, world, calls);
  };
  const path = join(directory, 'policy.yaml');
  await assert.rejects(open('apiVersion: audit.k8s.io/v1\nkind: Policy\nrules:\n- level: All\n'), error => {
    assert.ok(error instanceof AuditSettingsError);
    assert.equal(
      error.message,
      `loading audit policy file: rules[0].level: Unsupported value: "All": supported values: "None", "Metadata", "Request", "RequestResponse": from file ${path}`,
    );
    return true;
  });
  await assert.rejects(open('apiVersion: audit.k8s.io/v1\nkind: Policy\n'), /loaded illegal policy with 0 rules/);
  await assert.rejects(
    open('apiVersion: v1\nkind: Policy\nrules: [{level: None}]\n'),
    /no kind "Policy" is registered for version "v1"/,
  );
  await assert.rejects(
    open('apiVersion: audit.k8s.io/v1\nkind: Policy\nrules: [{level: None, users: x}]\n'),
    /rules\[0\].users/,
  );
  await assert.rejects(
    openAuditLog({ policyFile: join(directory, 'absent') }, world, calls),
    /failed to read file path/,
  );
});
