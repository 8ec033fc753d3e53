import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Container, Pod } from '../../api/generated/index.ts';
import { hashContainer, type RuntimeContainer, type RuntimePod } from '../runtime-pods/index.ts';
import { decidePod, type PodActions, type ProbeOutcome, type ProbeOutcomes } from './index.ts';

function container(name: string, more: Partial<Container> = {}): Container {
  return { name, image: 'app', ...more };
}

function podOf(spec: Partial<Pod['spec']> = {}, metadata: Pod['metadata'] = {}): Pod {
  return {
    metadata: { name: 'p', namespace: 'n', uid: 'u', ...metadata },
    spec: { restartPolicy: 'Always', containers: [container('app')], ...spec },
  };
}

let created = 0;

function found(of: Container, state: RuntimeContainer['state'], exitCode = 0): RuntimeContainer {
  return {
    id: `id-${of.name}`,
    sandboxId: 's0',
    name: of.name,
    state,
    image: 'app',
    imageId: '',
    createdAt: ++created,
    exitCode,
    reason: '',
    message: '',
    restartCount: 0,
    hash: hashContainer(of),
    logPath: '',
  };
}

function sandboxOf(attempt: number, state: 'ready' | 'notReady', ips = ['10.0.0.1']): RuntimePod['sandboxes'][number] {
  return {
    id: `s${attempt}`,
    metadata: { name: 'p', namespace: 'n', uid: 'u', attempt },
    state,
    createdAt: attempt,
    labels: {},
    annotations: {},
    runtimeHandler: '',
    ips,
    namespaces: { network: 'pod' },
  };
}

function runtimeOf(containers: readonly RuntimeContainer[], sandboxes = [sandboxOf(0, 'ready')]): RuntimePod {
  return { uid: 'u', name: 'p', namespace: 'n', sandboxes, containers };
}

function probesOf(results: Readonly<Record<string, ProbeOutcome>> = {}): ProbeOutcomes {
  return { liveness: id => results[`liveness ${id}`], startup: id => results[`startup ${id}`] };
}

function startsOf(actions: PodActions): readonly string[] {
  return [...actions.initContainersToStart, ...actions.containersToStart].map(({ name }) => name);
}

const noProbes = probesOf();

describe('a pod that is new', () => {
  it('gets a sandbox and all its containers', () => {
    const actions = decidePod(podOf({ containers: [container('a'), container('b')] }), runtimeOf([], []), noProbes);
    assert.deepEqual([actions.createSandbox, actions.attempt, startsOf(actions)], [true, 0, ['a', 'b']]);
  });

  it('begins with its first init container', () => {
    const pod = podOf({ initContainers: [container('one'), container('two')] });
    assert.deepEqual(startsOf(decidePod(pod, runtimeOf([], []), noProbes)), ['one']);
  });
});

describe('a sandbox', () => {
  it('is replaced when it has died, with everything in it', () => {
    const pod = podOf();
    const runtime = runtimeOf([found(pod.spec.containers[0]!, 'exited')], [sandboxOf(0, 'notReady')]);
    const actions = decidePod(pod, runtime, noProbes);
    assert.deepEqual(
      [actions.killPod, actions.createSandbox, actions.attempt, actions.sandboxId, startsOf(actions)],
      [true, true, 1, 's0', ['app']],
    );
  });

  it('is replaced when it has no address', () => {
    assert.equal(decidePod(podOf(), runtimeOf([], [sandboxOf(0, 'ready', [])]), noProbes).createSandbox, true);
  });

  it('is not replaced for a pod that may run only once', () => {
    const pod = podOf({ restartPolicy: 'Never' });
    const runtime = runtimeOf([found(pod.spec.containers[0]!, 'exited', 1)], [sandboxOf(0, 'notReady')]);
    const actions = decidePod(pod, runtime, noProbes);
    assert.deepEqual([actions.killPod, actions.createSandbox], [true, false]);
  });

  it('gets only those containers again that have not succeeded', () => {
    const containers = [container('done'), container('failed')];
    const pod = podOf({ restartPolicy: 'OnFailure', containers });
    const ended = [found(containers[0]!, 'exited', 0), found(containers[1]!, 'exited', 1)];
    assert.deepEqual(startsOf(decidePod(pod, runtimeOf(ended, [sandboxOf(0, 'notReady')]), noProbes)), ['failed']);
  });
});

describe('a container', () => {
  const app = container('app');

  it('is left alone while it runs', () => {
    const actions = decidePod(podOf(), runtimeOf([found(app, 'running')]), noProbes);
    assert.deepEqual([actions.killPod, actions.containersToKill, startsOf(actions)], [false, [], []]);
  });

  it('is started again as the restart policy says', () => {
    const decide = (restartPolicy: string, exitCode: number): readonly string[] =>
      startsOf(decidePod(podOf({ restartPolicy }), runtimeOf([found(app, 'exited', exitCode)]), noProbes));
    assert.deepEqual(decide('Always', 0), ['app']);
    assert.deepEqual(decide('OnFailure', 0), []);
    assert.deepEqual(decide('OnFailure', 1), ['app']);
    assert.deepEqual(decide('Never', 1), []);
  });

  it('may have a restart policy and rules of its own', () => {
    const own = container('app', {
      restartPolicy: 'Never',
      restartPolicyRules: [{ action: 'Restart', exitCodes: { operator: 'In', values: [42] } }],
    });
    const decide = (exitCode: number): readonly string[] =>
      startsOf(decidePod(podOf({ containers: [own] }), runtimeOf([found(own, 'exited', exitCode)]), noProbes));
    assert.deepEqual(decide(42), ['app']);
    assert.deepEqual(decide(1), []);
  });

  it('is not started again in a pod that is being deleted', () => {
    const pod = podOf({}, { deletionTimestamp: '2026-01-01T00:00:00Z' });
    assert.deepEqual(startsOf(decidePod(pod, runtimeOf([found(app, 'exited', 1)]), noProbes)), []);
  });

  it('is killed and started again when a probe has failed', () => {
    const probed = container('app', { livenessProbe: {} });
    const decide = (spec: Partial<Pod['spec']>, results: Readonly<Record<string, ProbeOutcome>>): PodActions =>
      decidePod(podOf({ containers: [probed], ...spec }), runtimeOf([found(probed, 'running')]), probesOf(results));
    const actions = decide({}, { 'liveness id-app': 'failure' });
    assert.deepEqual(
      actions.containersToKill.map(({ message, reason }) => [message, reason]),
      [['Container app failed liveness probe, will be restarted', 'livenessProbe']],
    );
    assert.deepEqual(startsOf(actions), ['app']);
    const never = decide({ restartPolicy: 'Never' }, { 'startup id-app': 'failure' });
    assert.equal(never.killPod, true);
    assert.equal(never.containersToKill[0]!.message, 'Container app failed startup probe');
  });

  it('is replaced when its image was changed', () => {
    const pod = podOf({ containers: [container('app', { image: 'app:2' })], restartPolicy: 'Never' });
    const actions = decidePod(pod, runtimeOf([found(app, 'running')]), noProbes);
    assert.equal(actions.containersToKill[0]!.message, 'Container app definition changed, will be restarted');
    assert.deepEqual(startsOf(actions), ['app']);
  });

  it('that is in an unknown state is killed before it is started', () => {
    const actions = decidePod(podOf(), runtimeOf([found(app, 'unknown')]), noProbes);
    assert.deepEqual([actions.containersToKill.length, startsOf(actions)], [1, ['app']]);
  });

  it('for debugging is started once, and never again', () => {
    const pod = podOf({ ephemeralContainers: [{ name: 'debug', image: 'sh' }] });
    const main = found(app, 'running');
    const names = (runtime: RuntimePod): readonly string[] =>
      decidePod(pod, runtime, noProbes).ephemeralContainersToStart.map(({ name }) => name);
    assert.deepEqual(names(runtimeOf([main])), ['debug']);
    assert.deepEqual(names(runtimeOf([found(container('debug'), 'exited'), main])), []);
  });
});

describe('init containers', () => {
  const [one, two] = [container('one'), container('two')];
  const pod = podOf({ initContainers: [one, two] });

  it('follow each other', () => {
    assert.deepEqual(startsOf(decidePod(pod, runtimeOf([found(one, 'running')]), noProbes)), []);
    assert.deepEqual(startsOf(decidePod(pod, runtimeOf([found(one, 'exited')]), noProbes)), ['two']);
    assert.deepEqual(startsOf(decidePod(pod, runtimeOf([found(two, 'running'), found(one, 'exited')]), noProbes)), []);
    const done = runtimeOf([found(two, 'exited'), found(one, 'exited')]);
    assert.deepEqual(startsOf(decidePod(pod, done, noProbes)), ['app']);
  });

  it('are tried again when they fail, unless that is ruled out', () => {
    const failed = runtimeOf([found(one, 'exited', 1)]);
    assert.deepEqual(startsOf(decidePod(pod, failed, noProbes)), ['one']);
    const never = podOf({ restartPolicy: 'Never', initContainers: [one, two] });
    assert.equal(decidePod(never, failed, noProbes).killPod, true);
  });

  it('are not run again because the runtime has forgotten them', () => {
    const runtime = runtimeOf([found(container('app'), 'running')]);
    assert.deepEqual(startsOf(decidePod(pod, runtime, noProbes)), []);
  });
});

describe('sidecars', () => {
  const sidecar = container('sidecar', { restartPolicy: 'Always' });
  const next = container('next');
  const pod = podOf({ initContainers: [sidecar, next] });

  it('let the next one start as soon as they run', () => {
    assert.deepEqual(startsOf(decidePod(pod, runtimeOf([found(sidecar, 'running')]), noProbes)), ['next']);
  });

  it('with a startup probe let it start when that has succeeded', () => {
    const probed = container('sidecar', { restartPolicy: 'Always', startupProbe: {} });
    const probedPod = podOf({ initContainers: [probed, next] });
    const decide = (outcome: ProbeOutcome): readonly string[] => {
      const probes = probesOf({ 'startup id-sidecar': outcome });
      return startsOf(decidePod(probedPod, runtimeOf([found(probed, 'running')]), probes));
    };
    assert.deepEqual(decide('unknown'), []);
    assert.deepEqual(decide('success'), ['next']);
    assert.deepEqual(decide('failure'), ['sidecar']);
  });

  it('are started again whenever they end', () => {
    const app = found(container('app'), 'running');
    const runtime = runtimeOf([app, found(next, 'exited'), found(sidecar, 'exited', 0)]);
    assert.deepEqual(startsOf(decidePod(pod, runtime, noProbes)), ['sidecar']);
  });

  it('do not keep a pod alive whose work is done', () => {
    const once = podOf({ restartPolicy: 'Never', initContainers: [sidecar] });
    const runtime = runtimeOf([found(container('app'), 'exited'), found(sidecar, 'running')]);
    const actions = decidePod(once, runtime, noProbes);
    assert.deepEqual([actions.killPod, startsOf(actions)], [true, []]);
  });
});
