/** The small controllers that give every namespace, or every node, something. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { describeSteps, reconcile } from '../../test/fixtures/view-of.ts';
import type { ConfigMap, Namespace, Node, ServiceAccount } from '../api/generated/index.ts';
import type { CreateStep, PatchStep } from '../client/index.ts';
import { nodeIpamController } from './node-ipam.ts';
import { rootCaController } from './root-ca.ts';
import { serviceAccountController } from './service-account.ts';

const shop: Namespace = { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'shop' }, spec: {} };
const leaving: Namespace = { ...shop, metadata: { name: 'shop', deletionTimestamp: '2026-01-01T00:00:00Z' } };

test('gives a namespace its ServiceAccount, unless it has one or is going away', () => {
  const account: ServiceAccount = {
    apiVersion: 'v1',
    kind: 'ServiceAccount',
    metadata: { name: 'default', namespace: 'shop' },
  };
  const decide = (object: Namespace, others: readonly ServiceAccount[] = []) =>
    describeSteps(reconcile(serviceAccountController, { object, others }));
  assert.deepEqual(decide(shop), ['create serviceaccounts default']);
  assert.deepEqual(decide(shop, [account]), []);
  assert.deepEqual(decide(leaving), []);
});

test('publishes the certificate authority, and puts it right when somebody changes it', () => {
  const controller = rootCaController('PEM');
  const [step] = reconcile(controller, { object: shop });
  const made = (step as CreateStep).object as ConfigMap;
  assert.deepEqual([made.metadata.name, made.data], ['kube-root-ca.crt', { 'ca.crt': 'PEM' }]);
  assert.deepEqual(reconcile(controller, { object: shop, others: [made] }), []);
  const changed = { ...made, data: { 'ca.crt': 'PEM', more: 'x' } };
  assert.deepEqual(describeSteps(reconcile(controller, { object: shop, others: [changed] })), [
    'update configmaps kube-root-ca.crt',
  ]);
});

const node = (name: string, podCIDR?: string): Node => ({
  apiVersion: 'v1',
  kind: 'Node',
  metadata: { name },
  spec: { podCIDR },
});

test('gives each node the first range that nobody has', () => {
  const controller = nodeIpamController('10.244.0.0/22');
  const rangeOf = (others: readonly Node[]): unknown => {
    const [step] = reconcile(controller, { object: node('new'), others });
    return (step as PatchStep).patch;
  };
  assert.deepEqual(rangeOf([]), { spec: { podCIDR: '10.244.0.0/24', podCIDRs: ['10.244.0.0/24'] } });
  const taken = [node('a', '10.244.0.0/24'), node('b', '10.244.2.0/24')];
  assert.deepEqual(rangeOf(taken), { spec: { podCIDR: '10.244.1.0/24', podCIDRs: ['10.244.1.0/24'] } });
  assert.deepEqual(reconcile(controller, { object: node('a', '10.244.0.0/24') }), []);
});

test('says that no range is left', () => {
  const taken = [0, 1, 2, 3].map(index => node(`n${index}`, `10.244.${index}.0/24`));
  const steps = reconcile(nodeIpamController('10.244.0.0/22'), { object: node('new'), others: taken });
  assert.deepEqual(describeSteps(steps), ['event Normal CIDRNotAvailable: Node new status is now: CIDRNotAvailable']);
});
