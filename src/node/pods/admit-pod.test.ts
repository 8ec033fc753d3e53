import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Node, Pod } from '../../api/generated/index.ts';
import { admitPod } from './index.ts';

const node: Node = {
  metadata: { name: 'node', labels: { zone: 'a' } },
  spec: {},
  status: { allocatable: { cpu: '2', memory: '1Gi', pods: '3', 'example.com/widget': '1' } },
};

function podOf(requests: Record<string, string>, spec: Partial<Pod['spec']> = {}, phase = 'Running'): Pod {
  return {
    metadata: { name: 'p' },
    spec: { containers: [{ name: 'app', resources: { requests } }], ...spec },
    status: { phase },
  };
}

describe('a node', () => {
  it('takes what fits beside the pods that run', () => {
    assert.equal(admitPod(podOf({ cpu: '1' }), node, [podOf({ cpu: '1' })]), undefined);
    assert.equal(admitPod(podOf({ cpu: '2' }), node, [podOf({ cpu: '1' }, {}, 'Succeeded')]), undefined);
    assert.equal(admitPod(podOf({ 'example.com/unknown': '1' }), node, []), undefined);
  });

  it('refuses what does not fit', () => {
    assert.deepEqual(admitPod(podOf({ cpu: '1500m' }), node, [podOf({ cpu: '1' })]), {
      reason: 'OutOfcpu',
      message: "Node didn't have enough resource: cpu, requested: 1500, used: 1000, capacity: 2000",
    });
    assert.equal(admitPod(podOf({ 'example.com/widget': '2' }), node, [])?.reason, 'OutOfexample.com/widget');
    assert.equal(admitPod(podOf({}), node, [podOf({}), podOf({}), podOf({})])?.reason, 'OutOfpods');
  });

  it('refuses what belongs elsewhere', () => {
    assert.deepEqual(admitPod(podOf({}, { nodeSelector: { zone: 'b' } }), node, []), {
      reason: 'NodeAffinity',
      message: "Predicate NodeAffinity failed: node(s) didn't match Pod's node affinity/selector",
    });
    assert.equal(admitPod(podOf({}, { os: { name: 'windows' } }), node, [])?.reason, 'PodOSNotSupported');
  });

  it('refuses a host port that is taken', () => {
    const spec = { containers: [{ name: 'app', ports: [{ containerPort: 80, hostPort: 80 }] }] };
    assert.equal(admitPod(podOf({}, spec), node, [podOf({}, spec)])?.reason, 'NodePorts');
  });

  it('takes one host port once for each address and protocol', () => {
    const specOf = (port: object): Partial<Pod['spec']> => ({
      containers: [{ name: 'app', ports: [{ containerPort: 80, hostPort: 80, ...port }] }],
    });
    const local = podOf({}, specOf({ hostIP: '127.0.0.1' }));
    assert.equal(admitPod(podOf({}, specOf({ hostIP: '10.0.0.1' })), node, [local]), undefined);
    assert.equal(admitPod(podOf({}, specOf({ hostIP: '127.0.0.1', protocol: 'UDP' })), node, [local]), undefined);
    assert.equal(admitPod(podOf({}, specOf({})), node, [local])?.reason, 'NodePorts');
    assert.equal(admitPod(local, node, [podOf({}, specOf({ hostIP: '0.0.0.0' }))])?.reason, 'NodePorts');
  });

  it('refuses sysctls that could do harm beyond the pod', () => {
    const sysctl = (name: string, more: Partial<Pod['spec']> = {}) =>
      admitPod(podOf({}, { securityContext: { sysctls: [{ name, value: '1' }] }, ...more }), node, []);
    assert.equal(sysctl('net/ipv4/tcp_syncookies'), undefined);
    assert.deepEqual(sysctl('kernel.msgmax'), {
      reason: 'SysctlForbidden',
      message: 'forbidden sysctl: "kernel.msgmax" not allowlisted',
    });
    assert.equal(
      sysctl('net.ipv4.tcp_syncookies', { hostNetwork: true })?.message,
      'forbidden sysctl: "net.ipv4.tcp_syncookies" not allowed with host net enabled',
    );
  });
});
