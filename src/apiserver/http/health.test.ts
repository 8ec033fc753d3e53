import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { HealthCheck } from '../health-check.ts';
import { type HealthEndpoint, respondHealth } from './health.ts';
import { HealthFigures } from './health-figures.ts';
import { parseQuery } from './query.ts';

const well: HealthCheck = { name: 'log', check: () => undefined };
const ill: HealthCheck = { name: 'etcd', check: () => 'no space left on device' };
const leaving: HealthCheck = { name: 'shutdown', concernsLife: false, check: () => 'the server is stopping' };

function ask(endpoint: HealthEndpoint, name: string, query: string, ...checks: readonly HealthCheck[]) {
  const told: unknown[] = [];
  const response = respondHealth(endpoint, name, checks, parseQuery(query), {
    onResult: () => {},
    onUnhealthy: (...problems) => told.push(problems),
  });
  return { status: response?.status, body: response?.body, told };
}

describe('health, in upstream’s words', () => {
  test('is short unless somebody wants more', () => {
    assert.deepEqual(ask('livez', '', '', well), { status: 200, body: 'ok', told: [] });
    assert.equal(ask('readyz', '', 'verbose', well).body, '[+]ping ok\n[+]log ok\nreadyz check passed\n');
  });

  test('says which check failed and keeps why to the log', () => {
    const { status, body, told } = ask('readyz', '', '', well, ill, leaving);
    assert.equal(status, 500);
    assert.equal(
      body,
      '[+]ping ok\n[+]log ok\n[-]etcd failed: reason withheld\n[-]shutdown failed: reason withheld\nreadyz check failed\n',
    );
    assert.deepEqual(told, [['readyz', { etcd: 'no space left on device', shutdown: 'the server is stopping' }]]);
  });

  test('leaves out what is excluded, and tells of names that are none', () => {
    const { status, body } = ask('readyz', '', 'verbose&exclude=etcd&exclude=zzz&exclude=aaa', well, ill);
    assert.equal(status, 200);
    assert.equal(
      body,
      '[+]ping ok\n[+]log ok\n[+]etcd excluded: ok\nwarn: some health checks cannot be excluded: no matches for "aaa","zzz"\nreadyz check passed\n',
    );
  });

  test('of life does not depend on readiness', () => {
    for (const endpoint of ['livez', 'healthz'] as const) {
      assert.equal(ask(endpoint, '', '', leaving).status, 200);
      assert.equal(ask(endpoint, 'shutdown', '', leaving).status, undefined);
    }
    assert.equal(ask('readyz', 'shutdown', '', leaving).status, 500);
  });

  test('of one thing tells what is wrong with it', () => {
    assert.deepEqual(ask('livez', 'etcd', '', ill).body, 'internal server error: no space left on device\n');
    assert.equal(ask('livez', 'ping', '').body, 'ok');
    assert.equal(ask('livez', 'nonsense', '').status, undefined);
  });

  test('can be followed by its figures: how things are, and how often they were so when somebody asked', () => {
    const figures = new HealthFigures();
    const listener = {
      onResult: (...result: Parameters<HealthFigures['count']>) => figures.count(...result),
      onUnhealthy: () => {},
    };
    for (let round = 0; round < 2; round++) respondHealth('readyz', '', [ill], parseQuery(''), listener);
    respondHealth('livez', 'ping', [ill], parseQuery(''), listener);
    const lines = figures.format([ill]).split('\n');
    assert.deepEqual(
      lines.filter(line => !line.startsWith('#') && !line.includes('healthz')),
      [
        'kubernetes_healthcheck{name="etcd",type="livez"} 0',
        'kubernetes_healthcheck{name="etcd",type="readyz"} 0',
        'kubernetes_healthcheck{name="ping",type="livez"} 1',
        'kubernetes_healthcheck{name="ping",type="readyz"} 1',
        'kubernetes_healthchecks_total{name="etcd",status="error",type="readyz"} 2',
        'kubernetes_healthchecks_total{name="ping",status="success",type="livez"} 1',
        'kubernetes_healthchecks_total{name="ping",status="success",type="readyz"} 2',
        '',
      ],
    );
  });
});
