import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { describeSteps, reconcile } from '../../../test/fixtures/view-of.ts';
import type { ConfigMap, Secret } from '../../api/generated/index.ts';
import type { UpdateStep } from '../../client/index.ts';
import { encodeBase64Text } from '../../machinery/protobuf/index.ts';
import { bootstrapSigner, tokenCleaner } from './index.ts';

function token(id: string, data: Record<string, string> = {}): Secret {
  const all = { 'token-id': id, 'token-secret': `secret-${id}`, 'usage-bootstrap-signing': 'true', ...data };
  return {
    kind: 'Secret',
    metadata: { name: `bootstrap-token-${id}`, namespace: 'kube-system' },
    type: 'bootstrap.kubernetes.io/token',
    data: Object.fromEntries(Object.entries(all).map(([key, value]) => [key, encodeBase64Text(value)])),
  };
}

describe('the cleaner', () => {
  const stepsFor = (data: Record<string, string>) =>
    describeSteps(reconcile(tokenCleaner, { object: token('abcdef', data) }));

  test('deletes tokens at their end, and those whose end cannot be read', () => {
    assert.deepEqual(stepsFor({}), []);
    assert.deepEqual(stepsFor({ expiration: '2026-01-01T01:00:00+01:00' }), ['delete secrets bootstrap-token-abcdef']);
    assert.deepEqual(stepsFor({ expiration: '2026-01-01T00:00:05Z' }), ['again 5000']);
    assert.deepEqual(stepsFor({ expiration: 'soon' }), ['delete secrets bootstrap-token-abcdef']);
  });

  test('leaves other Secrets alone', () => {
    const object = { ...token('abcdef', { expiration: 'soon' }), type: 'Opaque' };
    assert.deepEqual(reconcile(tokenCleaner, { object }), []);
  });
});

describe('the signer', () => {
  const signer = bootstrapSigner((content, id, key) => `${content} by ${id} with ${key}`);
  const info = (data: ConfigMap['data']): ConfigMap => ({
    kind: 'ConfigMap',
    metadata: { name: 'cluster-info', namespace: 'kube-public' },
    data,
  });
  const dataAfter = (data: ConfigMap['data'], others: readonly Secret[]) => {
    const [step] = reconcile(signer, { object: info(data), others });
    return ((step as UpdateStep | undefined)?.object as ConfigMap | undefined)?.data;
  };

  test('signs with the tokens that are for it, and takes back the others’ signatures', () => {
    const others = [
      token('aaaaaa'),
      token('bbbbbb', { 'usage-bootstrap-signing': 'false' }),
      token('cccccc', { expiration: '2025-01-01T00:00:00Z' }),
      token('dddddd', { 'token-id': 'eeeeee' }),
    ];
    const signed = { kubeconfig: 'x', 'jws-kubeconfig-aaaaaa': 'x by aaaaaa with secret-aaaaaa' };
    assert.deepEqual(dataAfter({ kubeconfig: 'x', 'jws-kubeconfig-bbbbbb': 'old' }, others), signed);
    assert.equal(dataAfter(signed, others), undefined);
  });

  test('has nothing to sign elsewhere', () => {
    assert.equal(dataAfter({ other: 'x' }, [token('aaaaaa')]), undefined);
    const elsewhere = { ...info({ kubeconfig: 'x' }), metadata: { name: 'cluster-info', namespace: 'default' } };
    assert.deepEqual(reconcile(signer, { object: elsewhere, others: [token('aaaaaa')] }), []);
  });
});
