import assert from 'node:assert/strict';
import { createReadStream, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { configMaps, nodes, type Pod, pods, secrets } from '../../src/api/generated/index.ts';
import { buildBusyboxImage } from '../fixtures/busybox-image.ts';
import { containersMissing } from '../fixtures/own-containerd.ts';
import { eventually, NodeTestbed, nodeName, type PodWish } from './node-testbed.ts';

describe('a node with real containers', { skip: containersMissing }, () => {
  let bed: NodeTestbed;
  before(async () => {
    bed = await NodeTestbed.start('10.251.11.0/24');
  });
  after(() => bed?.destroy());

  /** What a pod's script prints, read once it has ended. */
  const outputOf = async (name: string, wish: PodWish): Promise<string> => {
    await bed.createPod(name, { ...wish, spec: { restartPolicy: 'Never', ...wish.spec } });
    const pod = await bed.until(name, ({ status }) => status?.phase === 'Succeeded' || status?.phase === 'Failed');
    return bed.log(pod);
  };

  it('registers with what the machine is and has', async () => {
    const node = await bed.client.get(nodes, { name: nodeName });
    assert.equal(node.metadata.labels?.['kubernetes.io/hostname'], nodeName);
    assert.equal(node.status?.nodeInfo?.kubeletVersion, 'v1.36.0');
    assert.match(node.status?.nodeInfo?.containerRuntimeVersion ?? '', /^containerd:\/\/\d/);
    assert.match(node.status?.capacity?.['memory'] ?? '', /^\d+Ki$/);
    const memory = (field: 'capacity' | 'allocatable'): number => Number.parseInt(node.status![field]!['memory']!, 10);
    assert.equal(memory('capacity') - memory('allocatable'), 100 * 1024);
    assert.deepEqual(
      node.status?.conditions?.map(({ type, status, reason }) => `${type}=${status} ${reason}`).at(-1),
      'Ready=True KubeletReady',
    );
    assert.ok(node.status?.images?.some(({ names }) => names?.includes(bed.own.image)));
    assert.equal(await bed.event(nodeName, 'Starting'), 'Starting kubelet.');
  });

  it('shows the files of an image in a volume, to be read only', async () => {
    const name = 'localhost/pages:1';
    const archive = await buildBusyboxImage({ name, files: { '/pages/index': 'from an image' } });
    await bed.own.runtime.importImages(createReadStream(archive.path));
    rmSync(dirname(archive.path), { recursive: true });
    const volumeMounts = [
      { name: 'pages', mountPath: '/all' },
      { name: 'pages', mountPath: '/some', subPath: 'pages' },
    ];
    await bed.createPod('reader', {
      script: 'cat /all/pages/index /some/index; ls /all/bin/busybox; touch /all/x 2>&1; exec sleep 1000',
      container: { volumeMounts },
      spec: { volumes: [{ name: 'pages', image: { reference: name, pullPolicy: 'IfNotPresent' } }] },
    });
    const pod = await bed.ready('reader');
    assert.match(
      await bed.log(pod),
      /^from an imagefrom an image\/all\/bin\/busybox\ntouch: .*Read-only file system\n$/,
    );
    await bed.delete('reader', 0);
    await bed.gone('reader');
    const uid = pod.metadata.uid ?? '';
    await eventually(
      () => 'the volume to be unmounted',
      async () => (await bed.host.mounts.list(`${bed.options.rootDir}/pods/${uid}`)).length === 0,
    );
    const unwanted = { name: 'pages', image: { reference: 'localhost/none:1', pullPolicy: 'Never' } };
    await bed.createPod('hopeless', { container: { volumeMounts }, spec: { volumes: [unwanted] } });
    await bed.until(
      'hopeless',
      ({ status }) => status?.containerStatuses?.[0]?.state?.waiting?.reason === 'ErrImageNeverPull',
    );
    await bed.delete('hopeless', 0);
  });

  it('ends a pod that occupies more of the disk than it may', async () => {
    await bed.createPod('hoarder', {
      script: 'dd if=/dev/zero of=/scratch/file bs=1M count=3; exec sleep 1000',
      container: { volumeMounts: [{ name: 'scratch', mountPath: '/scratch' }] },
      spec: { volumes: [{ name: 'scratch', emptyDir: { sizeLimit: '2Mi' } }] },
    });
    const { status } = await bed.phase('hoarder', 'Failed', 30_000);
    const message = 'Usage of EmptyDir volume "scratch" exceeds the limit "2Mi". ';
    assert.deepEqual([status?.reason, status?.message], ['Evicted', message]);
    assert.equal(await bed.event('hoarder', 'Evicted'), message);
    await bed.delete('hoarder', 0);
  });

  it('makes extended resources allocatable that somebody patches into its capacity', async () => {
    const patch = [{ op: 'add', path: '/status/capacity/example.com~1widget', value: '2' }];
    await bed.client.patch(nodes, { name: nodeName }, 'json', patch, {}, 'status');
    await eventually(
      () => 'the resource to be allocatable',
      async () => {
        const node = await bed.client.get(nodes, { name: nodeName });
        return node.status?.allocatable?.['example.com/widget'] === '2';
      },
    );
  });

  it('runs a pod, shows its log, and takes it down again', async () => {
    await bed.createPod('plain', { script: 'echo hello; exec sleep 1000' });
    const pod = await bed.ready('plain');
    assert.equal(pod.status?.phase, 'Running');
    assert.match(pod.status?.podIP ?? '', /^10\.251\.11\.\d+$/);
    const [status] = pod.status?.containerStatuses ?? [];
    assert.match(status?.containerID ?? '', /^containerd:\/\/[0-9a-f]{64}$/);
    assert.deepEqual([status?.ready, status?.started, status?.restartCount], [true, true, 0]);
    assert.equal(await bed.log(pod), 'hello\n');
    assert.match(await bed.log(pod, { timestamps: true }), /^\d{4}-\d\d-\d\dT\S+\.\d{9}\S+ hello\n$/);
    assert.deepEqual(await bed.exec(pod, ['sh', '-c', 'hostname; exit 3']), { output: 'plain\n', exitCode: 3 });
    await bed.event('plain', 'Created', /^Container created$/);
    await bed.event('plain', 'Started', /^Container started$/);
    const pulled = (await bed.eventsOf('plain')).find(({ reason }) => reason === 'Pulled');
    assert.equal(pulled?.involvedObject.fieldPath, 'spec.containers{app}');
    assert.deepEqual(pulled?.source, { component: 'kubelet', host: nodeName });
    await bed.delete('plain');
    await bed.gone('plain');
    await bed.event('plain', 'Killing', /^Stopping container app$/);
    assert.deepEqual(await bed.host.files.list(`${bed.options.rootDir}/pods/${pod.metadata.uid}`), undefined);
    const labels = { 'io.kubernetes.pod.name': 'plain' };
    await eventually(
      () => 'the sandbox to go',
      async () => (await bed.own.runtime.listPodSandboxes({ labels })).length === 0,
    );
  });

  it('follows a log to the end of its container', async () => {
    await bed.createPod('talker', {
      script: 'for i in 1 2 3; do echo $i; sleep 0.3; done',
      spec: { restartPolicy: 'Never' },
    });
    const pod = await bed.until('talker', ({ status }) => status?.containerStatuses?.[0]?.containerID !== undefined);
    assert.equal(await bed.log(pod, { follow: true }), '1\n2\n3\n');
    assert.equal(await bed.log(pod, { tailLines: 1 }), '3\n');
    assert.equal(await bed.log(pod, { limitBytes: 3 }), '1\n2');
  });

  it('gives containers their environment', async () => {
    await bed.client.create(configMaps, {
      metadata: { name: 'settings', namespace: 'default' },
      data: { color: 'blue', size: 'xl' },
    });
    await bed.client.create(secrets, {
      metadata: { name: 'login', namespace: 'default' },
      data: { password: Buffer.from('pässword').toString('base64') },
    });
    const output = await outputOf('environment', {
      script:
        'echo "$COLOR $S_size $PASSWORD $NAME $IP $MEMORY $GREETING $MISSING|$KUBERNETES_SERVICE_HOST"; echo $0 $1',
      container: {
        args: ['-$(COLOR)', '$$(COLOR)'],
        envFrom: [{ prefix: 'S_', configMapRef: { name: 'settings' } }],
        env: [
          { name: 'COLOR', valueFrom: { configMapKeyRef: { name: 'settings', key: 'color' } } },
          { name: 'PASSWORD', valueFrom: { secretKeyRef: { name: 'login', key: 'password' } } },
          { name: 'NAME', valueFrom: { fieldRef: { fieldPath: 'metadata.name' } } },
          { name: 'IP', valueFrom: { fieldRef: { fieldPath: 'status.podIP' } } },
          { name: 'MEMORY', valueFrom: { resourceFieldRef: { resource: 'limits.memory', divisor: '1Mi' } } },
          { name: 'GREETING', value: 'hi-$(COLOR)-$(NOBODY)' },
          { name: 'MISSING', valueFrom: { configMapKeyRef: { name: 'none', key: 'x', optional: true } } },
        ],
        resources: { limits: { memory: '64Mi' } },
      },
    });
    const [line, args] = output.split('\n');
    assert.match(line!, /^blue xl pässword environment 10\.251\.11\.\d+ 64 hi-blue-\$\(NOBODY\) \|10\.96\.0\.1$/);
    assert.equal(args, '-blue $(COLOR)');
  });

  it('gives containers their volumes', async () => {
    const hostDirectory = `${bed.own.directory}/shared`;
    mkdirSync(hostDirectory);
    writeFileSync(`${hostDirectory}/note`, 'from the host');
    const output = await outputOf('volumes', {
      script: [
        'cat /settings/color; echo; ls -l /settings/renamed/ | grep -c "^lrwx\\|-r--------" ; cat /settings/renamed/small; echo',
        'cat /secret/password; echo; stat -c %a /secret/..data/password',
        'mount | grep -c "^tmpfs on /memory.*size=8192k"; touch /memory/x /disk/y && echo written',
        'cat /host/note; echo; cat /one; echo; touch /host/made 2>/dev/null || echo read-only',
        'cat /pod/labels; echo; cat /pod/name; echo',
        'cut -c1-2 /var/run/secrets/kubernetes.io/serviceaccount/token',
        'cat /var/run/secrets/kubernetes.io/serviceaccount/namespace; echo',
      ].join('\n'),
      metadata: { name: 'volumes', namespace: 'default', labels: { app: 'x', tier: 'y' } },
      container: {
        volumeMounts: [
          { name: 'settings', mountPath: '/settings' },
          { name: 'settings', mountPath: '/one', subPath: 'color' },
          { name: 'secret', mountPath: '/secret', readOnly: true },
          { name: 'memory', mountPath: '/memory' },
          { name: 'disk', mountPath: '/disk' },
          { name: 'host', mountPath: '/host', readOnly: true },
          { name: 'pod', mountPath: '/pod' },
        ],
      },
      spec: {
        volumes: [
          {
            name: 'settings',
            configMap: {
              name: 'settings',
              items: [
                { key: 'color', path: 'color' },
                { key: 'size', path: 'renamed/small', mode: 0o400 },
              ],
            },
          },
          { name: 'secret', secret: { secretName: 'login', defaultMode: 0o440 } },
          { name: 'memory', emptyDir: { medium: 'Memory', sizeLimit: '8Mi' } },
          { name: 'disk', emptyDir: {} },
          { name: 'host', hostPath: { path: hostDirectory, type: 'Directory' } },
          {
            name: 'pod',
            projected: {
              sources: [
                { downwardAPI: { items: [{ path: 'labels', fieldRef: { fieldPath: 'metadata.labels' } }] } },
                { downwardAPI: { items: [{ path: 'name', fieldRef: { fieldPath: 'metadata.name' } }] } },
              ],
            },
          },
        ],
      },
    });
    assert.deepEqual(output.trim().split('\n'), [
      'blue',
      '1',
      'xl',
      'pässword',
      '440',
      '1',
      'written',
      'from the host',
      'blue',
      'read-only',
      'app="x"',
      'tier="y"',
      'volumes',
      'ey',
      'default',
    ]);
  });

  it('gives volumes to the pod’s group', async () => {
    const output = await outputOf('group', {
      script:
        'id -G; stat -c "%g %a" /disk; stat -Lc "%g %a" /secret/password; touch /disk/mine && stat -c %g /disk/mine',
      container: {
        volumeMounts: [
          { name: 'disk', mountPath: '/disk' },
          { name: 'secret', mountPath: '/secret' },
        ],
      },
      spec: {
        securityContext: { runAsUser: 1234, runAsGroup: 2345, fsGroup: 3456, supplementalGroups: [4567] },
        volumes: [
          { name: 'disk', emptyDir: {} },
          { name: 'secret', secret: { secretName: 'login', defaultMode: 0o400 } },
        ],
      },
    });
    const [groups, disk, secret, made] = output.trim().split('\n');
    assert.deepEqual(new Set(groups!.split(' ')), new Set(['2345', '3456', '4567']));
    assert.match(disk!, /^3456 2777$/);
    assert.equal(secret, '3456 440');
    assert.equal(made, '3456');
  });

  it('brings changes of a ConfigMap into running containers', async () => {
    await bed.client.create(configMaps, { metadata: { name: 'live', namespace: 'default' }, data: { mode: 'one' } });
    await bed.createPod('live', {
      container: { volumeMounts: [{ name: 'live', mountPath: '/live' }] },
      spec: { volumes: [{ name: 'live', configMap: { name: 'live' } }] },
    });
    const pod = await bed.ready('live');
    assert.equal((await bed.exec(pod, ['cat', '/live/mode'])).output, 'one');
    await bed.client.patch(configMaps, { name: 'live', namespace: 'default' }, 'merge', { data: { mode: 'two' } });
    await eventually(
      () => 'the new content',
      async () => (await bed.exec(pod, ['cat', '/live/mode'])).output === 'two',
    );
  });

  it('waits for what a volume needs, and says what is missing', async () => {
    await bed.createPod('waiting', {
      script: 'cat /late/key',
      container: { volumeMounts: [{ name: 'late', mountPath: '/late' }] },
      spec: { restartPolicy: 'Never', volumes: [{ name: 'late', configMap: { name: 'late' } }] },
    });
    const expected = 'MountVolume.SetUp failed for volume "late" : configmap "late" not found';
    assert.equal(await bed.event('waiting', 'FailedMount'), expected);
    const waiting = await bed.until('waiting', ({ status }) => status?.containerStatuses !== undefined);
    assert.deepEqual(waiting.status?.containerStatuses?.[0]?.state?.waiting, { reason: 'ContainerCreating' });
    await bed.client.create(configMaps, { metadata: { name: 'late', namespace: 'default' }, data: { key: 'came' } });
    assert.equal(await bed.log(await bed.phase('waiting', 'Succeeded')), 'came');
  });

  it('manages hosts, host name and resolv.conf', async () => {
    const output = await outputOf('names', {
      script: 'hostname; cat /etc/hosts /etc/resolv.conf',
      spec: {
        hostname: 'worker',
        subdomain: 'team',
        hostAliases: [{ ip: '192.0.2.9', hostnames: ['a.example', 'b.example'] }],
        dnsConfig: { searches: ['example.org'], options: [{ name: 'timeout', value: '1' }] },
      },
    });
    assert.match(output, /^worker\n# Kubernetes-managed hosts file\.\n127\.0\.0\.1\tlocalhost\n/);
    assert.match(output, /^10\.251\.11\.\d+\tworker\.team\.default\.svc\.cluster\.local\tworker$/m);
    assert.match(output, /^192\.0\.2\.9\ta\.example\tb\.example$/m);
    assert.match(output, /^nameserver 10\.96\.0\.10$/m);
    assert.match(output, /^search default\.svc\.cluster\.local svc\.cluster\.local cluster\.local.* example\.org$/m);
    assert.match(output, /^options ndots:5 timeout:1$/m);
  });

  it('runs pods on the host’s network', async () => {
    const output = await outputOf('on-host', {
      script: 'hostname; ip -o link | wc -l; head -1 /etc/hosts',
      spec: { hostNetwork: true, dnsPolicy: 'ClusterFirstWithHostNet' },
    });
    assert.match(output, /# Kubernetes-managed hosts file \(host network\)\./);
    const pod = (await bed.get('on-host')) as Pod;
    assert.equal(pod.status?.podIP, pod.status?.hostIP);
  });

  it('holds containers to their security settings', async () => {
    const output = await outputOf('secured', {
      script:
        'id -u; touch /x 2>/dev/null || echo read-only; grep -i "^\\(CapEff\\|NoNewPrivs\\|Seccomp\\):" /proc/self/status',
      container: {
        securityContext: {
          runAsUser: 4321,
          readOnlyRootFilesystem: true,
          allowPrivilegeEscalation: false,
          capabilities: { drop: ['ALL'] },
          seccompProfile: { type: 'RuntimeDefault' },
        },
      },
    });
    assert.deepEqual(output.replaceAll('\t', ' ').trim().split('\n'), [
      '4321',
      'read-only',
      'CapEff: 0000000000000000',
      'NoNewPrivs: 1',
      'Seccomp: 2',
    ]);
    await bed.createPod('rooted', { spec: { securityContext: { runAsNonRoot: true, runAsUser: 0 } } });
    const pod = await bed.until(
      'rooted',
      ({ status }) => status?.containerStatuses?.[0]?.state?.waiting?.reason === 'CreateContainerConfigError',
    );
    assert.equal(
      pod.status?.containerStatuses?.[0]?.state?.waiting?.message,
      `container's runAsUser breaks non-root policy (pod: "rooted_default(${pod.metadata.uid})", container: app)`,
    );
  });

  it('puts pods into cgroups by class of service, with their limits', async () => {
    await bed.createPod('limited', {
      container: { resources: { requests: { cpu: '100m', memory: '32Mi' }, limits: { cpu: '500m', memory: '64Mi' } } },
    });
    const pod = await bed.ready('limited');
    assert.equal(pod.status?.qosClass, 'Burstable');
    const root = `/sys/fs/cgroup/memory${bed.cgroupParent}/kubepods/burstable/pod${pod.metadata.uid}`;
    const isV1 = bed.host.cgroups.version === 1;
    if (isV1) assert.equal(readFileSync(`${root}/memory.limit_in_bytes`, 'utf8').trim(), String(64 << 20));
    const score = Number((await bed.exec(pod, ['cat', '/proc/1/oom_score_adj'])).output);
    assert.ok(score > 900 && score < 1000);
    await bed.delete('limited');
    await bed.gone('limited');
    if (isV1) assert.equal(await bed.host.files.stat(root), undefined);
  });

  it('gives running containers more or less, as they are asked to have by now', async () => {
    const sized = (cpu: string, memory: string) => ({ requests: { cpu, memory }, limits: { cpu, memory } });
    await bed.createPod('resized', { script: 'exec sleep 1000', container: { resources: sized('100m', '32Mi') } });
    const before = await bed.ready('resized');
    const resize = async (cpu: string, memory: string): Promise<void> => {
      const patch = { spec: { containers: [{ name: 'app', resources: sized(cpu, memory) }] } };
      const ref = { name: 'resized', namespace: 'default' };
      await bed.client.patch(pods, ref, 'strategic', patch, {}, 'resize');
    };
    const resourcesOf = (pod: Pod) => pod.status?.containerStatuses?.[0]?.resources;
    for (const [cpu, memory] of [
      ['300m', '96Mi'],
      ['200m', '48Mi'],
    ] as const) {
      await resize(cpu, memory);
      const pod = await bed.until('resized', found => resourcesOf(found)?.limits?.['cpu'] === cpu);
      assert.deepEqual(resourcesOf(pod), sized(cpu, memory));
      const [status] = pod.status?.containerStatuses ?? [];
      assert.deepEqual([status?.restartCount, status?.allocatedResources], [0, { cpu, memory }]);
      assert.equal(status?.containerID, before.status?.containerStatuses?.[0]?.containerID);
      if (bed.host.cgroups.version === 1) {
        const id = status?.containerID?.slice('containerd://'.length);
        const group = `${bed.cgroupParent}/kubepods/pod${pod.metadata.uid}`;
        const limit = (path: string): string =>
          readFileSync(`/sys/fs/cgroup/memory${path}/memory.limit_in_bytes`, 'utf8').trim();
        assert.equal(limit(`${group}/${id}`), String(Number.parseInt(memory, 10) << 20));
        assert.equal(limit(group), String(Number.parseInt(memory, 10) << 20));
      }
    }
    await assert.rejects(
      resize('1000', '48Mi'),
      /node didn't have enough allocatable resources: cpu, requested: 1000000, allocatable: \d+$/,
    );
    assert.equal(resourcesOf(await bed.ready('resized'))?.limits?.['cpu'], '200m');
    await resize('100m', '48Mi');
    await bed.until('resized', found => resourcesOf(found)?.limits?.['cpu'] === '100m');
  });
});
