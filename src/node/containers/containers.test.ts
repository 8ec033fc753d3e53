import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Container, Pod } from '../../api/generated/index.ts';
import { limitsOf } from '../cgroups/index.ts';
import { computeQosClass, podLimits, podRequests } from '../facts/index.ts';
import {
  buildContainerConfig,
  buildSandboxConfig,
  containerResources,
  normalizeSysctl,
  oomScoreAdj,
  sharesOf,
} from './index.ts';

const gibibyte = 2 ** 30;

function podOf(containers: readonly Container[], spec: Partial<Pod['spec']> = {}): Pod {
  return { metadata: { name: 'p', namespace: 'n', uid: 'u' }, spec: { containers, ...spec } };
}

function sized(name: string, requests: Record<string, string>, limits: Record<string, string> = requests): Container {
  return { name, resources: { requests, limits } };
}

describe('what a pod asks for', () => {
  it('is the sum of its containers, or what an init container needs beside the sidecars before it', () => {
    const pod = podOf([sized('a', { cpu: '100m', memory: '10Mi' }), sized('b', { cpu: '200m' })], {
      initContainers: [
        { ...sized('side', { cpu: '50m' }), restartPolicy: 'Always' },
        sized('big', { cpu: '1', memory: '1Mi' }),
      ],
      overhead: { cpu: '10m' },
    });
    assert.deepEqual(Object.fromEntries(podRequests(pod)), { cpu: 1060, memory: 10 * 2 ** 20 });
  });

  it('may be said for the pod as a whole', () => {
    const pod = podOf([sized('a', { cpu: '100m' })], { resources: { requests: { cpu: '2' }, limits: { cpu: '3' } } });
    assert.deepEqual([podRequests(pod).get('cpu'), podLimits(pod).get('cpu')], [2000, 3000]);
  });

  it('decides its class', () => {
    assert.equal(computeQosClass(podOf([{ name: 'a' }])), 'BestEffort');
    assert.equal(computeQosClass(podOf([sized('a', { cpu: '1', memory: '1Gi' })])), 'Guaranteed');
    assert.equal(computeQosClass(podOf([sized('a', { cpu: '1' })])), 'Burstable');
    assert.equal(computeQosClass(podOf([sized('a', { cpu: '1', memory: '1Gi' }), { name: 'b' }])), 'Burstable');
  });
});

describe('what the kernel is told', () => {
  it('follows requests and limits', () => {
    const app = sized('app', { cpu: '250m', memory: '64Mi' }, { cpu: '500m', memory: '128Mi' });
    const resources = containerResources(podOf([app]), app, 16 * gibibyte);
    assert.deepEqual(resources, {
      cpuShares: 256,
      cpuPeriodUs: 100_000,
      cpuQuotaUs: 50_000,
      memoryLimitBytes: 128 * 2 ** 20,
      oomScoreAdj: 997,
    });
    assert.deepEqual([sharesOf(0), sharesOf(1), sharesOf(10_000_000)], [2, 2, 262_144]);
  });

  it('limits a pod only where every container is limited', () => {
    const limits = { cpu: '1', memory: '1Gi' };
    assert.deepEqual(limitsOf(podOf([sized('a', { cpu: '500m' }, limits)]), 100), {
      cpuShares: 512,
      cpuQuotaUs: 100_000,
      cpuPeriodUs: 100_000,
      memoryLimitBytes: gibibyte,
      pidsMax: 100,
    });
    assert.deepEqual(limitsOf(podOf([sized('a', { cpu: '500m' }, limits), { name: 'b' }]), undefined), {
      cpuShares: 512,
    });
  });

  it('protects those who asked for much from the OOM killer', () => {
    const score = (request: string, spec: Partial<Pod['spec']> = {}): number => {
      const app = sized('app', { memory: request }, {});
      return oomScoreAdj(podOf([app], spec), app, 10 * gibibyte);
    };
    assert.equal(score('1Gi'), 900);
    assert.equal(score('1'), 999);
    assert.equal(score('10Gi'), 3);
    assert.equal(score('1Gi', { priority: 2_000_001_000 }), -997);
    const all = sized('app', { cpu: '1', memory: '1Gi' });
    assert.equal(oomScoreAdj(podOf([all]), all, 10 * gibibyte), -997);
    assert.equal(oomScoreAdj(podOf([{ name: 'app' }]), { name: 'app' }, 10 * gibibyte), 1000);
  });
});

describe('a sandbox', () => {
  const place = { dns: {}, hostname: 'p', logDirectory: '/logs', cgroupParent: '/kubepods/podu', owner: 'me' };

  it('maps the ports of all containers, each once', () => {
    const ports = [
      { containerPort: 80, hostPort: 8080 },
      { containerPort: 80, hostPort: 8080 },
      { containerPort: 53, protocol: 'UDP' },
    ];
    assert.deepEqual(buildSandboxConfig(podOf([{ name: 'a', ports }]), 0, place).portMappings, [
      { protocol: 'TCP', containerPort: 80, hostPort: 8080 },
      { protocol: 'UDP', containerPort: 53 },
    ]);
  });

  it('on the host’s network has no name and no ports of its own', () => {
    const config = buildSandboxConfig(
      podOf([{ name: 'a', ports: [{ containerPort: 80 }] }], { hostNetwork: true }),
      2,
      place,
    );
    assert.deepEqual([config.hostname, config.portMappings, config.metadata.attempt], [undefined, undefined, 2]);
    assert.equal(config.security?.namespaces?.network, 'node');
  });

  it('is privileged when a container is', () => {
    const pod = podOf([{ name: 'a' }, { name: 'b', securityContext: { privileged: true } }]);
    assert.equal(buildSandboxConfig(pod, 0, place).security?.privileged, true);
  });

  it('takes sysctls in either notation', () => {
    assert.equal(normalizeSysctl('net/ipv4/ip_forward'), 'net.ipv4.ip_forward');
    assert.equal(normalizeSysctl('net/ipv4/conf/eno2.100/rp_filter'), 'net.ipv4.conf.eno2/100.rp_filter');
    assert.equal(normalizeSysctl('kernel.shm_rmid_forced'), 'kernel.shm_rmid_forced');
  });
});

describe('a container', () => {
  const build = (container: Partial<Container>, spec: Partial<Pod['spec']> = {}, user = {}) => {
    const app: Container = { name: 'app', image: 'app', ...container };
    return buildContainerConfig({
      pod: podOf([app], spec),
      container: app,
      restartCount: 2,
      imageRef: 'sha256:1',
      imageUser: user,
      environment: new Map([['WHO', 'you']]),
      mounts: [],
      memoryCapacityBytes: gibibyte,
      seccompRoot: '/seccomp',
    });
  };

  it('knows its environment in command and arguments', () => {
    const config = build({ command: ['echo', '$(WHO)'], args: ['$(NOBODY)'] });
    assert.deepEqual([config.command, config.args, config.logPath], [['echo', 'you'], ['$(NOBODY)'], 'app/2.log']);
  });

  it('has its own security settings before the pod’s', () => {
    const { security } = build(
      { securityContext: { runAsUser: 1, seccompProfile: { type: 'Localhost', localhostProfile: 'x.json' } } },
      { securityContext: { runAsUser: 2, runAsGroup: 3, fsGroup: 4, supplementalGroups: [5] }, hostPID: true },
    );
    assert.deepEqual([security?.runAsUser, security?.runAsGroup, security?.supplementalGroups], [1, 3, [4, 5]]);
    assert.deepEqual(security?.seccomp, { kind: 'localhost', ref: '/seccomp/x.json' });
    assert.equal(security?.namespaces?.pid, 'node');
  });

  it('is refused when it would run as root and must not', () => {
    const securityContext = { runAsNonRoot: true };
    assert.throws(() => build({ securityContext }, {}, { uid: 0 }), {
      message: 'container has runAsNonRoot and image will run as root (pod: "p_n(u)", container: app)',
    });
    for (const unnamed of [{}, { username: '' }]) {
      assert.throws(() => build({ securityContext }, {}, unnamed), /image will run as root/);
    }
    assert.throws(() => build({ securityContext }, {}, { username: 'web' }), {
      message:
        'container has runAsNonRoot and image has non-numeric user (web), cannot verify user is non-root (pod: "p_n(u)", container: app)',
    });
    assert.equal(
      build({ securityContext: { ...securityContext, runAsUser: 7 } }, {}, { uid: 0 }).security?.runAsUser,
      7,
    );
  });
});
