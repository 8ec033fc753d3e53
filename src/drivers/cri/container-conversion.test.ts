import assert from 'node:assert/strict';
import { it } from 'node:test';
import { criSignal, fromCriContainerStatus, toCriContainerConfig } from './container-conversion.ts';
import { containerConfig, containerStatus } from './container-messages.ts';
import { toCriSandboxConfig } from './sandbox-conversion.ts';
import { sandboxConfig } from './sandbox-messages.ts';

it('numbers signals as CRI does', () => {
  const names = [
    'SIGABRT',
    'SIGHUP',
    'SIGTERM',
    'SIGUSR1',
    'SIGXFSZ',
    'SIGRTMIN',
    'SIGRTMINPLUS15',
    'SIGRTMAXMINUS14',
    'SIGRTMAX',
  ];
  assert.deepEqual(names.map(criSignal), [1, 8, 23, 29, 34, 35, 50, 51, 65]);
  assert.equal(criSignal('SIGNONSENSE'), 0);
});

it('sends user 0 as a user, not as none', () => {
  const sent = (runAsUser?: number) => {
    const config = toCriContainerConfig({
      name: 'c',
      attempt: 0,
      image: 'i',
      security: runAsUser === undefined ? {} : { runAsUser },
    });
    return containerConfig.decode(containerConfig.encode(config)).linux?.securityContext?.runAsUser;
  };
  assert.deepEqual(sent(0), { value: 0 });
  assert.deepEqual(sent(1000), { value: 1000 });
  assert.equal(sent(), undefined);
});

it('keeps an empty variable, a bidirectional mount and a localhost profile', () => {
  const config = toCriContainerConfig({
    name: 'c',
    attempt: 3,
    image: 'i',
    env: [{ name: 'EMPTY', value: '' }],
    mounts: [{ containerPath: '/m', hostPath: '/h', propagation: 'bidirectional' }],
    security: { seccomp: { kind: 'localhost', ref: '/p.json' }, apparmor: { kind: 'unconfined' } },
  });
  const read = containerConfig.decode(containerConfig.encode(config));
  assert.deepEqual(read.envs, [{ key: 'EMPTY', value: '' }]);
  assert.equal(read.mounts[0]!.propagation, 2);
  assert.deepEqual(read.linux?.securityContext?.seccomp, { profileType: 2, localhostRef: '/p.json' });
  assert.deepEqual(read.linux?.securityContext?.apparmor, { profileType: 1, localhostRef: '' });
});

it('asks for namespaces by their numbers', () => {
  const metadata = { name: 'p', namespace: 'n', uid: 'u', attempt: 0 };
  const config = toCriSandboxConfig({
    metadata,
    security: { namespaces: { network: 'node', pid: 'container', ipc: 'pod' } },
    portMappings: [{ protocol: 'UDP', containerPort: 53, hostPort: 5353 }],
  });
  const read = sandboxConfig.decode(sandboxConfig.encode(config));
  const options = read.linux?.securityContext?.namespaceOptions;
  assert.deepEqual([options?.network, options?.pid, options?.ipc], [2, 1, 0]);
  assert.deepEqual(read.portMappings, [{ protocol: 1, containerPort: 53, hostPort: 5353, hostIp: '' }]);
});

it('gives times in milliseconds, and none for what has not happened', () => {
  const at = 1_700_000_000_123;
  const encoded = containerStatus.encode({ id: 'x', state: 1, createdAt: at * 1e6, startedAt: at * 1e6 + 999_000 });
  const status = fromCriContainerStatus(containerStatus.decode(encoded));
  assert.deepEqual([status.createdAt, status.startedAt], [at, at]);
  assert.equal('finishedAt' in status, false);
  assert.equal(status.state, 'running');
});
