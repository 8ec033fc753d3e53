import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { after, before, describe, it } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { type Container, configMaps, type Pod, pods, secrets } from '../../src/api/generated/index.ts';
import { busyboxParts } from '../fixtures/busybox-image.ts';
import { startImageRegistry } from '../fixtures/image-registry.ts';
import { containersMissing } from '../fixtures/own-containerd.ts';
import { eventually, isReady, NodeTestbed } from './node-testbed.ts';

function stateOf(pod: Pod, name = 'app') {
  const all = [...(pod.status?.containerStatuses ?? []), ...(pod.status?.initContainerStatuses ?? [])];
  return all.find(status => status.name === name);
}

function waitingReason(pod: Pod): string | undefined {
  return stateOf(pod)?.state?.waiting?.reason;
}

describe('pods on a real node, from their start to their end', { skip: containersMissing }, () => {
  let bed: NodeTestbed;
  before(async () => {
    bed = await NodeTestbed.start('10.251.12.0/24');
  });
  after(() => bed?.destroy());

  const sidecar = (name: string, script: string, more: Partial<Container> = {}): Container => ({
    name,
    image: bed.own.image,
    command: ['sh', '-c', script],
    restartPolicy: 'Always',
    ...more,
  });
  const init = (name: string, script: string): Container => ({
    name,
    image: bed.own.image,
    command: ['sh', '-c', script],
  });

  it('runs a pod to its end, with the exit code and the last words', async () => {
    await bed.createPod('ends', {
      script: 'echo "the disk is full" > /dev/termination-log; exit 7',
      spec: { restartPolicy: 'Never' },
    });
    const pod = await bed.phase('ends', 'Failed');
    const ended = stateOf(pod)?.state?.terminated;
    assert.deepEqual([ended?.exitCode, ended?.reason, ended?.message], [7, 'Error', 'the disk is full\n']);
    const conditions = Object.fromEntries(
      pod.status!.conditions!.map(({ type, status, reason }) => [type, [status, reason]]),
    );
    assert.deepEqual(conditions['Ready'], ['False', 'PodFailed']);
    assert.deepEqual(conditions['PodReadyToStartContainers'], ['False', undefined]);
  });

  it('takes the end of the log for last words where that is asked for', async () => {
    await bed.createPod('logged', {
      script: 'echo one; echo two; exit 1',
      container: { terminationMessagePolicy: 'FallbackToLogsOnError' },
      spec: { restartPolicy: 'Never' },
    });
    const pod = await bed.phase('logged', 'Failed');
    assert.equal(stateOf(pod)?.state?.terminated?.message, 'one\ntwo\n');
  });

  it('starts a container again, and waits longer and longer', async () => {
    await bed.createPod('crashes', { script: 'echo run; exit 3' });
    const pod = await bed.until('crashes', found => waitingReason(found) === 'CrashLoopBackOff');
    const status = stateOf(pod)!;
    assert.equal(
      status.state?.waiting?.message,
      `back-off 10s restarting failed container=app pod=crashes_default(${pod.metadata.uid})`,
    );
    assert.deepEqual([status.restartCount, status.lastState?.terminated?.exitCode], [1, 3]);
    assert.equal(pod.status?.phase, 'Running');
    const text = `Back-off restarting failed container app in pod crashes_default(${pod.metadata.uid})`;
    assert.equal(await bed.event('crashes', 'BackOff'), text);
    assert.equal(await bed.log(pod, { previous: true }), 'run\n');
    await bed.delete('crashes', 0);
  });

  it('starts a killed container again', async () => {
    await bed.createPod('killed', { script: 'echo up; exec sleep 1000' });
    const pod = await bed.ready('killed');
    await bed.own.runtime.stopContainer(stateOf(pod)!.containerID!.slice('containerd://'.length), 0);
    const again = await bed.until('killed', found => stateOf(found)?.restartCount === 1 && isReady(found));
    assert.equal(stateOf(again)?.lastState?.terminated?.exitCode, 137);
    await bed.delete('killed', 0);
  });

  it('runs init containers in order before the others', async () => {
    await bed.createPod('prepared', {
      script: 'cat /job/log',
      container: { volumeMounts: [{ name: 'work', mountPath: '/job' }] },
      spec: {
        restartPolicy: 'Never',
        initContainers: [
          {
            ...init('first', 'sleep 0.3; echo first >> /job/log'),
            volumeMounts: [{ name: 'work', mountPath: '/job' }],
          },
          { ...init('second', 'echo second >> /job/log'), volumeMounts: [{ name: 'work', mountPath: '/job' }] },
        ],
        volumes: [{ name: 'work', emptyDir: {} }],
      },
    });
    const pod = await bed.phase('prepared', 'Succeeded');
    assert.equal(await bed.log(pod), 'first\nsecond\n');
    assert.deepEqual(
      pod.status?.initContainerStatuses?.map(({ name, ready, state }) => [name, ready, state?.terminated?.reason]),
      [
        ['first', true, 'Completed'],
        ['second', true, 'Completed'],
      ],
    );
  });

  it('fails a pod whose init container fails for good', async () => {
    await bed.createPod('unprepared', { spec: { restartPolicy: 'Never', initContainers: [init('first', 'exit 4')] } });
    const pod = await bed.phase('unprepared', 'Failed');
    assert.equal(stateOf(pod, 'first')?.state?.terminated?.exitCode, 4);
    assert.equal(waitingReason(pod), 'PodInitializing');
    assert.match(
      pod.status?.conditions?.find(({ type }) => type === 'Initialized')?.message ?? '',
      /^containers with incomplete status: \[first\]$/,
    );
  });

  it('starts sidecars before and stops them after the others', async () => {
    const trap = (name: string): string => `trap 'echo ${name} >> /job/log; exit 0' TERM; while :; do sleep 0.1; done`;
    const volumeMounts = [{ name: 'work', mountPath: '/job' }];
    const hostPath = { path: `${bed.own.directory}/order`, type: 'DirectoryOrCreate' };
    await bed.createPod('served', {
      script: trap('main'),
      container: { volumeMounts },
      spec: {
        terminationGracePeriodSeconds: 20,
        initContainers: [
          sidecar('log', trap('log'), { volumeMounts }),
          sidecar('proxy', trap('proxy'), { volumeMounts }),
        ],
        volumes: [{ name: 'work', hostPath }],
      },
    });
    const pod = await bed.ready('served');
    assert.deepEqual(
      pod.status?.initContainerStatuses?.map(({ ready, started }) => [ready, started]),
      [
        [true, true],
        [true, true],
      ],
    );
    await bed.delete('served');
    await bed.gone('served');
    assert.equal(await bed.host.files.readText(`${hostPath.path}/log`), 'main\nproxy\nlog\n');
  });

  it('lets sidecars end with the pod’s work', async () => {
    await bed.createPod('job', {
      script: 'sleep 0.2',
      spec: { restartPolicy: 'Never', initContainers: [sidecar('helper', 'exec sleep 1000')] },
    });
    const pod = await bed.phase('job', 'Succeeded');
    assert.notEqual(stateOf(pod, 'helper')?.state?.terminated, undefined);
  });

  it('stops a pod gracefully: hook, signal, end', async () => {
    const hostPath = { path: `${bed.own.directory}/graceful`, type: 'DirectoryOrCreate' };
    await bed.createPod('graceful', {
      script: "trap 'echo signal >> /job/log; sleep 0.3; exit 0' TERM; while :; do sleep 0.1; done",
      container: {
        volumeMounts: [{ name: 'work', mountPath: '/job' }],
        lifecycle: { preStop: { exec: { command: ['sh', '-c', 'sleep 0.5; echo hook >> /job/log'] } } },
      },
      spec: { terminationGracePeriodSeconds: 20, volumes: [{ name: 'work', hostPath }] },
    });
    await bed.ready('graceful');
    await bed.delete('graceful');
    const deleting = await bed.get('graceful');
    assert.notEqual(deleting?.metadata.deletionTimestamp, undefined);
    await bed.gone('graceful', 10_000);
    assert.equal(await bed.host.files.readText(`${hostPath.path}/log`), 'hook\nsignal\n');
  });

  it('does not wait any longer when the grace period is cut short', async () => {
    await bed.createPod('stubborn', {
      script: "trap '' TERM; while :; do sleep 0.1; done",
      container: { lifecycle: { preStop: { sleep: { seconds: 40 } } } },
      spec: { terminationGracePeriodSeconds: 60 },
    });
    await bed.ready('stubborn');
    await bed.delete('stubborn');
    await sleep(300);
    await bed.delete('stubborn', 1);
    await bed.gone('stubborn', 10_000);
  });

  it('cleans up after a pod that was deleted by force', async () => {
    await bed.createPod('forced', { script: 'exec sleep 1000' });
    const pod = await bed.ready('forced');
    await bed.delete('forced', 0);
    assert.equal(await bed.get('forced'), undefined);
    const labels = { 'io.kubernetes.pod.uid': pod.metadata.uid! };
    await eventually(
      () => 'the sandbox to go',
      async () => (await bed.own.runtime.listPodSandboxes({ labels })).length === 0,
    );
  });

  it('ends a pod when its deadline has passed', async () => {
    await bed.createPod('late', { spec: { activeDeadlineSeconds: 1, restartPolicy: 'Never' } });
    const pod = await bed.phase('late', 'Failed');
    assert.equal(pod.status?.reason, 'DeadlineExceeded');
    assert.equal(pod.status?.message, 'Pod was active on the node longer than the specified deadline');
  });

  it('refuses what the node cannot hold', async () => {
    await bed.createPod('huge', { container: { resources: { requests: { cpu: '1000' } } } });
    const pod = await bed.phase('huge', 'Failed');
    assert.equal(pod.status?.reason, 'OutOfcpu');
    assert.match(
      pod.status?.message ?? '',
      /^Pod was rejected: Node didn't have enough resource: cpu, requested: 1000000, used: \d+, capacity: \d+$/,
    );
    await bed.createPod('elsewhere', { spec: { nodeSelector: { zone: 'moon' } } });
    assert.equal((await bed.phase('elsewhere', 'Failed')).status?.reason, 'NodeAffinity');
    await bed.delete('huge');
    await bed.gone('huge');
  });

  it('says why a container cannot be started', async () => {
    const reasonOf = async (name: string, container: Partial<Container>, reason: string): Promise<string> => {
      await bed.createPod(name, { container });
      const pod = await bed.until(name, found => waitingReason(found) === reason);
      await bed.delete(name, 0);
      return stateOf(pod)?.state?.waiting?.message ?? '';
    };
    assert.equal(
      await reasonOf('never', { image: 'localhost/none:1', imagePullPolicy: 'Never' }, 'ErrImageNeverPull'),
      'Container image "localhost/none:1" is not present with pull policy of Never',
    );
    assert.match(
      await reasonOf('misnamed', { image: 'team/Case' }, 'InvalidImageName'),
      /^Failed to apply default image tag "team\/Case": couldn't parse image name "team\/Case": invalid reference format/,
    );
    const configMapRef = { name: 'nowhere' };
    assert.equal(
      await reasonOf('unset', { envFrom: [{ configMapRef }] }, 'CreateContainerConfigError'),
      'configmap "nowhere" not found',
    );
    assert.match(
      await reasonOf('nocommand', { command: ['/no/such'] }, 'RunContainerError'),
      /no such file or directory/,
    );
    const pulling = await reasonOf('nopull', { image: 'localhost:1/none:1' }, 'ImagePullBackOff');
    assert.match(pulling, /^Back-off pulling image "localhost:1\/none:1": ErrImagePull: /);
    await bed.event('nopull', 'Failed', /^Error: ErrImagePull$/);
    await bed.event('nopull', 'Failed', /^Failed to pull image "localhost:1\/none:1": /);
  });

  it('starts what waited for a ConfigMap as soon as it comes', async () => {
    await bed.createPod('patient', {
      script: 'echo $KEY',
      container: { env: [{ name: 'KEY', valueFrom: { configMapKeyRef: { name: 'coming', key: 'key' } } }] },
      spec: { restartPolicy: 'Never' },
    });
    await bed.until('patient', pod => waitingReason(pod) === 'CreateContainerConfigError');
    await bed.client.create(configMaps, { metadata: { name: 'coming', namespace: 'default' }, data: { key: 'here' } });
    assert.equal(await bed.log(await bed.phase('patient', 'Succeeded', 5000)), 'here\n');
  });

  it('makes a new sandbox when the old one has died', async () => {
    await bed.createPod('moved', { script: 'exec sleep 1000' });
    const pod = await bed.ready('moved');
    const labels = { 'io.kubernetes.pod.uid': pod.metadata.uid! };
    const [sandbox] = await bed.own.runtime.listPodSandboxes({ labels });
    // Its own process alone: the container runs on until the node ends it.
    const containerd = ['--address', bed.own.process.layout.socket, '--namespace', 'k8s.io'];
    execFileSync('ctr', [...containerd, 'tasks', 'kill', '--signal', 'SIGKILL', sandbox!.id]);
    await bed.until('moved', found => stateOf(found)?.restartCount === 1 && isReady(found));
    await bed.event('moved', 'SandboxChanged', /^Pod sandbox changed, it will be killed and re-created\.$/);
    await bed.delete('moved', 0);
  });

  it('keeps what others write into a pod’s status', async () => {
    const gate = 'example.com/gate';
    await bed.createPod('gated', { spec: { readinessGates: [{ conditionType: gate }] } });
    const pod = await bed.phase('gated', 'Running');
    const message = pod.status?.conditions?.find(({ type }) => type === 'Ready')?.message;
    assert.equal(message, `corresponding condition of pod readiness gate "${gate}" does not exist.`);
    const patch = { status: { conditions: [{ type: gate, status: 'True' }] } };
    await bed.client.patch(pods, { name: 'gated', namespace: 'default' }, 'strategic', patch, {}, 'status');
    const ready = await bed.ready('gated');
    assert.ok(ready.status?.conditions?.some(({ type, status }) => type === gate && status === 'True'));
  });

  it('pulls images with the credentials of a pull secret', async () => {
    const images = { 'team/app:1': await busyboxParts({}) };
    const registry = await startImageRegistry({ images, user: 'me', password: 'secret' });
    try {
      const image = `${registry.address}/team/app:1`;
      const auths = { [registry.address]: { username: 'me', password: 'secret' } };
      await bed.client.create(secrets, {
        metadata: { name: 'registry', namespace: 'default' },
        type: 'kubernetes.io/dockerconfigjson',
        data: { '.dockerconfigjson': Buffer.from(JSON.stringify({ auths })).toString('base64') },
      });
      await bed.createPod('stranger', { container: { image } });
      await bed.until('stranger', pod => /^(ErrImagePull|ImagePullBackOff)$/.test(waitingReason(pod) ?? ''));
      await bed.createPod('trusted', { container: { image }, spec: { imagePullSecrets: [{ name: 'registry' }] } });
      await bed.ready('trusted');
      await bed.event('trusted', 'Pulling', new RegExp(`^Pulling image "${image}"$`));
      const pulled =
        /^Successfully pulled image ".*" in [\d.m]+s \([\d.m]+s including waiting\)\. Image size: \d+ bytes\.$/;
      await bed.event('trusted', 'Pulled', pulled);
    } finally {
      registry.close();
    }
  });

  it('tells when a container was killed for want of memory', async () => {
    await bed.createPod('hungry', {
      script: 'x=a; while :; do x="$x$x"; done',
      container: { resources: { limits: { memory: '32Mi' } } },
      spec: { restartPolicy: 'Never' },
    });
    const pod = await bed.phase('hungry', 'Failed');
    const ended = stateOf(pod)?.state?.terminated;
    assert.deepEqual([ended?.exitCode, ended?.reason], [137, 'OOMKilled']);
  });

  it('kills a container whose postStart hook fails', async () => {
    await bed.createPod('hooked', {
      container: { lifecycle: { postStart: { exec: { command: ['sh', '-c', 'echo no >&2; exit 9'] } } } },
    });
    const pod = await bed.until('hooked', found => waitingReason(found) === 'PostStartHookError');
    assert.match(
      stateOf(pod)?.state?.waiting?.message ?? '',
      /^Exec lifecycle hook \(\[sh -c echo no >&2; exit 9\]\) for Container "app" in Pod "hooked_default\(.*\)" failed - error: /,
    );
    assert.equal(await bed.event('hooked', 'FailedPostStartHook'), 'PostStartHook failed');
    await bed.event('hooked', 'Killing', /^FailedPostStartHook$/);
    await bed.delete('hooked', 0);
  });

  it('adds an ephemeral container that sees another one’s processes', async () => {
    await bed.createPod('debugged', { script: 'exec sleep 4242' });
    await bed.ready('debugged');
    const debug = { name: 'debug', image: bed.own.image, command: ['ps'], targetContainerName: 'app' };
    const ref = { name: 'debugged', namespace: 'default' };
    const patch = { spec: { ephemeralContainers: [debug] } };
    await bed.client.patch(pods, ref, 'strategic', patch, {}, 'ephemeralcontainers');
    const pod = await bed.until(
      'debugged',
      ({ status }) => status?.ephemeralContainerStatuses?.[0]?.state?.terminated !== undefined,
    );
    assert.match(await bed.log(pod, { container: 'debug' }), /sleep 4242/);
    await bed.delete('debugged', 0);
  });

  it('opens host ports and runs privileged containers', async () => {
    await bed.createPod('open', {
      script: 'mkdir /www; echo hello > /www/page; mount -t tmpfs none /tmp && exec httpd -f -p 8080 -h /www',
      container: {
        ports: [{ containerPort: 8080, hostPort: 38_123 }],
        securityContext: { privileged: true },
        readinessProbe: { httpGet: { port: 8080, path: '/page' }, periodSeconds: 1 },
      },
    });
    const pod = await bed.ready('open');
    const answer = await fetch(`http://${pod.status?.hostIP}:38123/page`);
    assert.equal(await answer.text(), 'hello\n');
    await bed.delete('open', 0);
  });
});
