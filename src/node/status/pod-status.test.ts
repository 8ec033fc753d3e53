import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Container, Pod, PodStatus } from '../../api/generated/index.ts';
import { hashContainer, type RuntimeContainer, type RuntimePod } from '../runtime-pods/index.ts';
import { buildPodStatus, mergeStatus, type PodStatusInput, terminateStatus } from './index.ts';

const now = Date.UTC(2026, 0, 1);
const app: Container = { name: 'app', image: 'app:1' };

function podOf(spec: Partial<Pod['spec']> = {}, rest: Partial<Pod> = {}): Pod {
  return {
    metadata: { name: 'p', namespace: 'n', uid: 'u', generation: 3 },
    spec: { restartPolicy: 'Always', containers: [app], ...spec },
    status: { qosClass: 'BestEffort' },
    ...rest,
  };
}

function found(name: string, more: Partial<RuntimeContainer> = {}): RuntimeContainer {
  return {
    id: `id-${name}`,
    sandboxId: 's',
    name,
    state: 'running',
    image: 'docker.io/library/app:1',
    imageId: 'sha256:1',
    createdAt: now,
    startedAt: now,
    exitCode: 0,
    reason: '',
    message: '',
    restartCount: 0,
    hash: hashContainer(app),
    logPath: '',
    ...more,
  };
}

function ended(name: string, exitCode: number, more: Partial<RuntimeContainer> = {}): RuntimeContainer {
  const reason = exitCode === 0 ? 'Completed' : 'Error';
  return found(name, { state: 'exited', exitCode, reason, finishedAt: now + 5000, ...more });
}

function runtimeOf(containers: readonly RuntimeContainer[], state: 'ready' | 'notReady' = 'ready'): RuntimePod {
  const metadata = { name: 'p', namespace: 'n', uid: 'u', attempt: 0 };
  const sandbox = {
    id: 's',
    metadata,
    state,
    createdAt: now,
    labels: {},
    annotations: {},
    runtimeHandler: '',
    ips: ['10.0.0.5'],
    namespaces: {},
  };
  return { uid: 'u', name: 'p', namespace: 'n', sandboxes: [sandbox], containers };
}

function statusOf(pod: Pod, runtimePod: RuntimePod, more: Partial<PodStatusInput> = {}): PodStatus {
  return buildPodStatus({
    pod,
    runtimePod,
    previous: undefined,
    failures: new Map(),
    readiness: { startup: () => undefined, readiness: () => undefined, agentStartedAt: 0 },
    isTerminal: false,
    hostIPs: ['192.0.2.1'],
    now,
    ...more,
  });
}

function conditionsOf(status: PodStatus): Readonly<Record<string, string>> {
  return Object.fromEntries(
    status.conditions!.map(({ type, status: value, reason = '', message = '' }) => [
      type,
      `${value} ${reason} ${message}`.trim(),
    ]),
  );
}

describe('a pod that runs', () => {
  it('is Running and ready, with its addresses', () => {
    const status = statusOf(podOf(), runtimeOf([found('app')]));
    assert.deepEqual([status.phase, status.podIP, status.hostIP], ['Running', '10.0.0.5', '192.0.2.1']);
    assert.deepEqual([status.observedGeneration, status.startTime], [3, '2026-01-01T00:00:00Z']);
    assert.deepEqual(conditionsOf(status), {
      PodReadyToStartContainers: 'True',
      Initialized: 'True',
      Ready: 'True',
      ContainersReady: 'True',
      PodScheduled: 'True',
    });
    const [container] = status.containerStatuses!;
    assert.deepEqual(container!.state, { running: { startedAt: '2026-01-01T00:00:00Z' } });
    assert.deepEqual([container!.containerID, container!.imageID], ['containerd://id-app', 'sha256:1']);
  });

  it('has the node’s address on the host’s network', () => {
    assert.equal(statusOf(podOf({ hostNetwork: true }), runtimeOf([found('app')])).podIP, '192.0.2.1');
  });

  it('is unready until its probes and gates say otherwise', () => {
    const pod = podOf({
      containers: [{ ...app, readinessProbe: {} }],
      readinessGates: [{ conditionType: 'example.com/gate' }],
    });
    const readiness = { startup: () => undefined, readiness: () => 'success' as const, agentStartedAt: 0 };
    assert.equal(
      conditionsOf(statusOf(pod, runtimeOf([found('app')])))['Ready'],
      'False ContainersNotReady containers with unready status: [app]',
    );
    assert.equal(
      conditionsOf(statusOf(pod, runtimeOf([found('app')]), { readiness }))['Ready'],
      'False ReadinessGatesNotReady corresponding condition of pod readiness gate "example.com/gate" does not exist.',
    );
    const conditions = [{ type: 'example.com/gate', status: 'False' }];
    const gated = { ...pod, status: { ...pod.status, conditions } };
    assert.equal(
      conditionsOf(statusOf(gated, runtimeOf([found('app')]), { readiness }))['Ready'],
      'False ReadinessGatesNotReady the status of pod readiness gate "example.com/gate" is not "True", but False',
    );
  });

  it('keeps the readiness that an agent before had found', () => {
    const pod = podOf({ containers: [{ ...app, readinessProbe: {} }] });
    const first = statusOf(pod, runtimeOf([found('app')]), {
      readiness: { startup: () => undefined, readiness: () => 'success', agentStartedAt: 0 },
    });
    const readiness = { startup: () => undefined, readiness: () => undefined, agentStartedAt: now + 60_000 };
    const again = statusOf(pod, runtimeOf([found('app')]), { previous: first, readiness });
    assert.equal(again.containerStatuses![0]!.ready, true);
  });

  it('keeps times of conditions that have not changed', () => {
    const first = statusOf(podOf(), runtimeOf([found('app')]));
    const later = statusOf(podOf(), runtimeOf([found('app')]), { previous: first, now: now + 60_000 });
    assert.deepEqual(later.conditions, first.conditions);
    assert.equal(later.startTime, first.startTime);
  });
});

describe('a pod that waits', () => {
  it('is Pending while its containers are made', () => {
    const status = statusOf(podOf(), { ...runtimeOf([]), sandboxes: [] });
    assert.equal(status.phase, 'Pending');
    assert.deepEqual(status.containerStatuses![0]!.state, { waiting: { reason: 'ContainerCreating' } });
    assert.equal(conditionsOf(status)['PodReadyToStartContainers'], 'False');
  });

  it('tells which init containers are not through', () => {
    const pod = podOf({ initContainers: [{ name: 'one' }, { name: 'two' }] });
    const status = statusOf(pod, runtimeOf([found('two'), ended('one', 0)]));
    assert.equal(status.phase, 'Pending');
    assert.equal(
      conditionsOf(status)['Initialized'],
      'False ContainersNotInitialized containers with incomplete status: [two]',
    );
    assert.deepEqual(status.containerStatuses![0]!.state, { waiting: { reason: 'PodInitializing' } });
    assert.deepEqual(
      status.initContainerStatuses!.map(({ ready }) => ready),
      [true, false],
    );
  });

  it('tells why a container could not be started, and how it ended before', () => {
    const failures = new Map([['app', { reason: 'CrashLoopBackOff', message: 'back-off 10s' }]]);
    const status = statusOf(podOf(), runtimeOf([ended('app', 3, { restartCount: 2 })]), { failures });
    const [container] = status.containerStatuses!;
    assert.deepEqual(container!.state, { waiting: { reason: 'CrashLoopBackOff', message: 'back-off 10s' } });
    assert.deepEqual([container!.lastState?.terminated?.exitCode, container!.restartCount], [3, 2]);
    assert.equal(status.phase, 'Running');
  });
});

describe('a pod that ends', () => {
  it('has succeeded or failed when nothing is started again', () => {
    const phase = (restartPolicy: string, code: number): string | undefined =>
      statusOf(podOf({ restartPolicy }), runtimeOf([ended('app', code)])).phase;
    assert.equal(phase('Never', 0), 'Succeeded');
    assert.equal(phase('Never', 1), 'Failed');
    assert.equal(phase('OnFailure', 0), 'Succeeded');
    assert.equal(phase('OnFailure', 1), 'Running');
    assert.equal(phase('Always', 0), 'Running');
  });

  it('is no longer ready', () => {
    const status = statusOf(podOf({ restartPolicy: 'Never' }), runtimeOf([ended('app', 0)], 'notReady'));
    assert.equal(conditionsOf(status)['Ready'], 'False PodCompleted');
    assert.equal(conditionsOf(status)['Initialized'], 'True PodCompleted');
  });

  it('counts sidecars for nothing', () => {
    const pod = podOf({ restartPolicy: 'Never', initContainers: [{ name: 'helper', restartPolicy: 'Always' }] });
    assert.equal(statusOf(pod, runtimeOf([ended('app', 0), ended('helper', 137)])).phase, 'Succeeded');
  });

  it('never leaves a final phase', () => {
    const pod = podOf({}, { status: { phase: 'Failed', reason: 'Evicted' } });
    const status = statusOf(pod, runtimeOf([found('app')]), { previous: pod.status });
    assert.deepEqual([status.phase, status.reason], ['Failed', 'Evicted']);
  });

  it('fails with what had no known end', () => {
    const running = statusOf(podOf(), runtimeOf([found('app')]));
    const last = terminateStatus(podOf(), running, '2026-01-01T00:01:00Z');
    assert.equal(last.phase, 'Failed');
    assert.deepEqual(last.containerStatuses![0]!.state?.terminated, {
      exitCode: 137,
      reason: 'ContainerStatusUnknown',
      message: 'The container could not be located when the pod was terminated',
    });
    assert.equal(conditionsOf(last)['Ready'], 'False PodFailed');
  });
});

describe('a container that the runtime has lost', () => {
  it('counts as ended, for it had been running', () => {
    const previous = statusOf(podOf(), runtimeOf([found('app')]));
    const [container] = statusOf(podOf(), runtimeOf([]), { previous }).containerStatuses!;
    assert.equal(container!.restartCount, 1);
    assert.equal(container!.lastState?.terminated?.reason, 'ContainerStatusUnknown');
  });
});

describe('writing a status', () => {
  it('leaves alone what others have written', () => {
    const current: PodStatus = {
      conditions: [
        { type: 'Ready', status: 'False' },
        { type: 'example.com/gate', status: 'True' },
      ],
      nominatedNodeName: 'other',
    };
    const merged = mergeStatus(current, { phase: 'Running', conditions: [{ type: 'Ready', status: 'True' }] });
    assert.deepEqual(merged, {
      phase: 'Running',
      nominatedNodeName: 'other',
      conditions: [
        { type: 'example.com/gate', status: 'True' },
        { type: 'Ready', status: 'True' },
      ],
    });
  });
});
