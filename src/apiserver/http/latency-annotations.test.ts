import assert from 'node:assert/strict';
import { test } from 'node:test';
import { AuditLog, parseAuditPolicy } from '../audit/index.ts';
import { annotateLatency } from './latency-annotations.ts';
import { parseQuery } from './query.ts';
import { RequestCall } from './request-call.ts';
import { readRequestInfo } from './request-info.ts';
import { RequestRun } from './request-run.ts';

/** What the event of a request tells that has begun at 1000 ms, after webhooks of these durations. */
async function annotationsAt(nowMs: number, mutatingMs: readonly number[], validatingMs: readonly number[]) {
  const lines: string[] = [];
  const log = new AuditLog({
    policy: await parseAuditPolicy('apiVersion: audit.k8s.io/v1\nkind: Policy\nrules: [{level: Metadata}]'),
    backends: [{ name: 'log', write: line => void lines.push(line), close: async () => {} }],
    now: () => 0,
    onLoss: () => assert.fail('events were lost'),
  });
  const path = '/api/v1/namespaces/default/pods';
  const query = parseQuery('');
  const http = { method: 'POST', path, query: '', headers: {}, body: undefined };
  const run = new RequestRun(http, query, readRequestInfo('POST', path, query)!, 1000, 'id');
  const user = { username: 'alice', groups: [] };
  const asked = { auditId: 'id', user, verb: 'create', path, resource: undefined, requestUri: path };
  run.audit = log.open({ ...asked, userAgent: '', sourceIps: [], receivedMs: 0 });
  run.call = new RequestCall(user, undefined, run.audit);
  for (const durationMs of mutatingMs) run.call.noteWebhook(true, durationMs);
  for (const durationMs of validatingMs) run.call.noteWebhook(false, durationMs);
  annotateLatency(run, nowMs);
  run.audit!.complete(201);
  return (JSON.parse(lines.at(-1)!) as { annotations?: Record<string, string> }).annotations;
}

test('a slow request says where its time went: one webhook after the other, then others all at once', async () => {
  assert.deepEqual(await annotationsAt(2500, [300, 200.5], [40, 90]), {
    'apiserver.latency.k8s.io/mutating-webhook': '500.5ms',
    'apiserver.latency.k8s.io/validating-webhook': '90ms',
    'apiserver.latency.k8s.io/total': '1.5s',
  });
});

test('a fast request says nothing of it', async () => {
  assert.equal(await annotationsAt(1500, [300], []), undefined);
});
