import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { certificateRequests } from '../../test/fixtures/certificate-requests.ts';
import { podOf, refusalOf, TestServer } from '../../test/fixtures/test-server.ts';
import {
  certificateSigningRequests,
  type Ingress,
  ingressClasses,
  ingresses,
  limitRanges,
  nodes,
  type PersistentVolumeClaim,
  type Pod,
  persistentVolumeClaims,
  pods,
  priorityClasses,
  runtimeClasses,
  serviceAccounts,
  storageClasses,
} from '../api/generated/index.ts';

async function start(): Promise<TestServer> {
  const api = await TestServer.start();
  await api.createNamespace('test');
  return api;
}

describe('a new pod', () => {
  it('gets the default account with its token', async () => {
    using api = await start();
    const { spec } = await api.client.create(pods, podOf('p'));
    assert.equal(spec.serviceAccountName, 'default');
    assert.equal(spec.serviceAccount, 'default');
    const [volume] = spec.volumes!;
    assert.match(volume!.name, /^kube-api-access-[a-z0-9]{5}$/);
    assert.deepEqual(volume!.projected, {
      defaultMode: 420,
      sources: [
        { serviceAccountToken: { expirationSeconds: 3607, path: 'token' } },
        { configMap: { name: 'kube-root-ca.crt', items: [{ key: 'ca.crt', path: 'ca.crt' }] } },
        {
          downwardAPI: {
            items: [{ path: 'namespace', fieldRef: { apiVersion: 'v1', fieldPath: 'metadata.namespace' } }],
          },
        },
      ],
    });
    assert.deepEqual(spec.containers[0]!.volumeMounts, [
      { name: volume!.name, readOnly: true, mountPath: '/var/run/secrets/kubernetes.io/serviceaccount' },
    ]);
  });

  it('does without a token where it or its account says so', async () => {
    using api = await start();
    const own = await api.client.create(pods, podOf('p', 'test', { automountServiceAccountToken: false }));
    assert.equal(own.spec.volumes, undefined);
  });

  it('gets its account’s pull secrets', async () => {
    using api = await start();
    const account = await api.client.get(serviceAccounts, { name: 'default', namespace: 'test' });
    await api.client.update(serviceAccounts, { ...account, imagePullSecrets: [{ name: 'registry' }] });
    const { spec } = await api.client.create(pods, podOf('p'));
    assert.deepEqual(spec.imagePullSecrets, [{ name: 'registry' }]);
  });

  it('is refused without its account', async () => {
    using api = await start();
    const error = await refusalOf(api.client.create(pods, podOf('p', 'test', { serviceAccountName: 'robot' })));
    assert.equal(
      error.message,
      'pods "p" is forbidden: error looking up service account test/robot: serviceaccount "robot" not found',
    );
  });

  it('waits a moment for the default account of a new namespace', async () => {
    using api = await TestServer.start();
    const creation = api.client.create(pods, podOf('p', 'kube-public'));
    await api.world.advance(150);
    await api.client.create(serviceAccounts, { metadata: { name: 'default', namespace: 'kube-public' } });
    await api.world.advance(2000);
    assert.equal((await creation).spec.serviceAccountName, 'default');
  });

  it('tolerates an unready node for five minutes', async () => {
    using api = await start();
    const { spec } = await api.client.create(pods, podOf('p'));
    assert.deepEqual(
      spec.tolerations?.map(({ key, tolerationSeconds }) => [key, tolerationSeconds]),
      [
        ['node.kubernetes.io/not-ready', 300],
        ['node.kubernetes.io/unreachable', 300],
      ],
    );
    const tolerations = [{ operator: 'Exists' }];
    const hardy = await api.client.create(pods, podOf('q', 'test', { tolerations }));
    assert.deepEqual(hardy.spec.tolerations, tolerations);
  });

  it('gets its priority from its class, or from the default one', async () => {
    using api = await start();
    const none = await api.client.create(pods, podOf('none'));
    assert.deepEqual([none.spec.priority, none.spec.preemptionPolicy], [0, 'PreemptLowerPriority']);
    await api.client.create(priorityClasses, { metadata: { name: 'high' }, value: 100, globalDefault: true });
    const byDefault = await api.client.create(pods, podOf('default'));
    assert.deepEqual([byDefault.spec.priority, byDefault.spec.priorityClassName], [100, 'high']);
    const critical = await api.client.create(
      pods,
      podOf('critical', 'test', { priorityClassName: 'system-node-critical' }),
    );
    assert.equal(critical.spec.priority, 2_000_001_000);
  });

  it('is refused with a priority of its own or a class that is not there', async () => {
    using api = await start();
    const own = await refusalOf(api.client.create(pods, podOf('p', 'test', { priority: 7 })));
    assert.equal(
      own.message,
      'pods "p" is forbidden: the integer value of priority (7) must not be provided in pod spec; priority admission controller computed 0 from the given PriorityClass name',
    );
    const missing = await refusalOf(api.client.create(pods, podOf('p', 'test', { priorityClassName: 'x' })));
    assert.equal(missing.message, 'pods "p" is forbidden: no PriorityClass with name x was found');
  });

  it('carries the overhead and scheduling of its runtime class', async () => {
    using api = await start();
    await api.client.create(runtimeClasses, {
      metadata: { name: 'vm' },
      handler: 'vm',
      overhead: { podFixed: { memory: '64Mi' } },
      scheduling: { nodeSelector: { vm: 'yes' } },
    });
    const { spec } = await api.client.create(pods, podOf('p', 'test', { runtimeClassName: 'vm' }));
    assert.deepEqual(spec.overhead, { memory: '64Mi' });
    assert.deepEqual(spec.nodeSelector, { vm: 'yes' });
    const missing = await refusalOf(api.client.create(pods, podOf('q', 'test', { runtimeClassName: 'x' })));
    assert.equal(missing.message, 'pods "q" is forbidden: pod rejected: RuntimeClass "x" not found');
    const conflict: Pod = podOf('q', 'test', { runtimeClassName: 'vm', nodeSelector: { vm: 'no' } });
    assert.match((await refusalOf(api.client.create(pods, conflict))).message, /conflict: runtimeClass\.scheduling/);
  });
});

describe('priority classes', () => {
  it('have one default', async () => {
    using api = await TestServer.start();
    await api.client.create(priorityClasses, { metadata: { name: 'a' }, value: 1, globalDefault: true });
    const error = await refusalOf(
      api.client.create(priorityClasses, { metadata: { name: 'b' }, value: 2, globalDefault: true }),
    );
    assert.match(error.message, /PriorityClass a is already marked as default\. Only one default can exist$/);
  });
});

describe('a new node', () => {
  it('starts out tainted', async () => {
    using api = await TestServer.start();
    const { spec } = await api.client.create(nodes, { metadata: { name: 'n' }, spec: {} });
    assert.deepEqual(spec?.taints, [{ key: 'node.kubernetes.io/not-ready', effect: 'NoSchedule' }]);
  });
});

describe('a new claim', () => {
  it('is protected while in use and gets the default class', async () => {
    using api = await TestServer.start();
    const annotations = { 'storageclass.kubernetes.io/is-default-class': 'true' };
    await api.client.create(storageClasses, { metadata: { name: 'disk', annotations }, provisioner: 'example.com/x' });
    const { metadata, spec } = await api.client.create(persistentVolumeClaims, {
      metadata: { name: 'c', namespace: 'default' },
      spec: { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '1Gi' } } },
    });
    assert.deepEqual(metadata.finalizers, ['kubernetes.io/pvc-protection']);
    assert.equal(spec?.storageClassName, 'disk');
  });
});

describe('a new Ingress', () => {
  it('gets the newest default class, unless it names one in either way', async () => {
    using api = await start();
    const annotations = { 'ingressclass.kubernetes.io/is-default-class': 'true' };
    await api.client.create(ingressClasses, { metadata: { name: 'edge', annotations }, spec: { controller: 'a.b/c' } });
    const ingressOf = (name: string, more: Partial<Ingress> = {}): Ingress => ({
      metadata: { name, namespace: 'test', ...more.metadata },
      spec: { defaultBackend: { service: { name: 'web', port: { number: 80 } } }, ...more.spec },
    });
    const plain = await api.client.create(ingresses, ingressOf('a'));
    assert.equal(plain.spec?.ingressClassName, 'edge');
    const named = await api.client.create(ingresses, ingressOf('b', { spec: { ingressClassName: 'own' } }));
    assert.equal(named.spec?.ingressClassName, 'own');
    const old = { metadata: { annotations: { 'kubernetes.io/ingress.class': 'nginx' } } };
    const annotated = await api.client.create(ingresses, ingressOf('c', old));
    assert.equal(annotated.spec?.ingressClassName, undefined);
  });
});

describe('a claim that is to grow', () => {
  const claim = (size: string): PersistentVolumeClaim => ({
    metadata: { name: 'c', namespace: 'test' },
    spec: { accessModes: ['ReadWriteOnce'], storageClassName: 'disk', resources: { requests: { storage: size } } },
  });

  it('has to be of a class that allows it', async () => {
    using api = await start();
    const disk = await api.client.create(storageClasses, { metadata: { name: 'disk' }, provisioner: 'example.com/x' });
    const created = await api.client.create(persistentVolumeClaims, claim('1Gi'));
    const grown = (object: PersistentVolumeClaim) => ({ ...object, spec: { ...object.spec, ...claim('2Gi').spec } });
    const bound = await api.client.updateStatus(persistentVolumeClaims, { ...created, status: { phase: 'Bound' } });
    const rigid = await refusalOf(api.client.update(persistentVolumeClaims, grown(bound)));
    assert.match(rigid.message, /the storageclass that provisions the pvc must support resize$/);
    await api.client.update(storageClasses, { ...disk, allowVolumeExpansion: true });
    const { spec } = await api.client.update(persistentVolumeClaims, grown(bound));
    assert.equal(spec?.resources?.requests?.['storage'], '2Gi');
  });
});

describe('a pod that is to be resized', () => {
  it('cannot ask for more than its node can give', async () => {
    using api = await start();
    await api.client.create(nodes, {
      metadata: { name: 'n' },
      spec: {},
      status: { allocatable: { cpu: '2', memory: '1Gi' } },
    });
    const resources = (cpu: string, memory: string) => ({ requests: { cpu, memory } });
    const created = await api.client.create(
      pods,
      podOf('p', 'test', { nodeName: 'n', containers: [{ name: 'c', image: 'i', resources: resources('1', '1Mi') }] }),
    );
    const resize = (cpu: string, memory: string) => {
      const containers = [{ ...created.spec.containers[0]!, resources: resources(cpu, memory) }];
      return api.client.update(pods, { ...created, spec: { ...created.spec, containers } }, undefined, 'resize');
    };
    const error = await refusalOf(resize('3', '2Gi'));
    assert.equal(
      error.message,
      `pods "p" is forbidden: node didn't have enough allocatable resources: cpu, requested: 3000, allocatable: 2000; memory, requested: 2147483648, allocatable: 1073741824`,
    );
    assert.deepEqual(error.details?.causes, [{ reason: 'NodeCapacity' }]);
    assert.equal((await resize('2', '1Mi')).spec.containers[0]!.resources?.requests?.['cpu'], '2');
  });

  it('counts what its runtime takes', async () => {
    using api = await start();
    await api.client.create(nodes, { metadata: { name: 'n' }, spec: {}, status: { allocatable: { cpu: '2' } } });
    const overhead = { podFixed: { cpu: '250m' } };
    await api.client.create(runtimeClasses, { metadata: { name: 'vm' }, handler: 'vm', overhead });
    const container = { name: 'c', image: 'i', resources: { requests: { cpu: '1' } } };
    const spec = { nodeName: 'n', runtimeClassName: 'vm', containers: [container] };
    const created = await api.client.create(pods, podOf('p', 'test', spec));
    assert.deepEqual(created.spec.overhead, { cpu: '250m' });
    const containers = [{ ...created.spec.containers[0]!, resources: { requests: { cpu: '1800m' } } }];
    const resized = { ...created, spec: { ...created.spec, containers } };
    const error = await refusalOf(api.client.update(pods, resized, undefined, 'resize'));
    assert.match(error.message, /cpu, requested: 2050, allocatable: 2000$/);
  });
});

describe('limit ranges', () => {
  const limits = [
    {
      type: 'Container',
      default: { cpu: '500m' },
      defaultRequest: { cpu: '100m' },
      max: { cpu: '1' },
      min: { cpu: '50m' },
    },
  ];

  async function startLimited(): Promise<TestServer> {
    const api = await start();
    await api.client.create(limitRanges, { metadata: { name: 'l', namespace: 'test' }, spec: { limits } });
    return api;
  }

  function containersOf(resources: object): Partial<Pod['spec']> {
    return { containers: [{ name: 'app', image: 'x', resources }] };
  }

  it('give containers what they leave out, and say so', async () => {
    using api = await startLimited();
    const { metadata, spec } = await api.client.create(pods, podOf('p'));
    assert.deepEqual(spec.containers[0]!.resources, { limits: { cpu: '500m' }, requests: { cpu: '100m' } });
    assert.equal(
      metadata.annotations?.['kubernetes.io/limit-ranger'],
      'LimitRanger plugin set: cpu request for container app; cpu limit for container app',
    );
  });

  it('refuse what goes beyond', async () => {
    using api = await startLimited();
    const large = containersOf({ limits: { cpu: '2' }, requests: { cpu: '100m' } });
    assert.equal(
      (await refusalOf(api.client.create(pods, podOf('p', 'test', large)))).message,
      'pods "p" is forbidden: maximum cpu usage per Container is 1, but limit is 2',
    );
    const small = containersOf({ limits: { cpu: '500m' }, requests: { cpu: '10m' } });
    assert.equal(
      (await refusalOf(api.client.create(pods, podOf('p', 'test', small)))).message,
      'pods "p" is forbidden: minimum cpu usage per Container is 50m, but request is 10m',
    );
  });
});

describe('a certificate request', () => {
  const request = { name: 'c' };
  const spec = {
    signerName: 'example.com/x',
    usages: ['client auth'],
    request: certificateRequests.user,
    username: 'somebody else',
  };

  it('says who made it', async () => {
    using api = await TestServer.start();
    const jane = api.clientOf({ username: 'jane', groups: ['devs'] });
    const created = await jane.create(certificateSigningRequests, { metadata: request, spec });
    assert.deepEqual([created.spec.username, created.spec.groups], ['jane', ['devs']]);
  });

  it('is approved by those who may approve for its signer', async () => {
    using api = await TestServer.start({
      authorizer: {
        generation: 0,
        authorize: ({ user, resource }) => ({
          allowed: user.username !== 'jane' || resource !== 'signers',
          reason: '',
        }),
      },
    });
    const created = await api.client.create(certificateSigningRequests, { metadata: request, spec });
    const conditions = [{ type: 'Approved', status: 'True', reason: 'x', message: 'y' }];
    const approved = { ...created, status: { conditions } };
    const jane = api.clientOf({ username: 'jane', groups: [] });
    const error = await refusalOf(jane.update(certificateSigningRequests, approved, undefined, 'approval'));
    assert.equal(
      error.message,
      'certificatesigningrequests.certificates.k8s.io "c" is forbidden: user not permitted to approve requests with signerName "example.com/x"',
    );
    const done = await api.client.update(certificateSigningRequests, approved, undefined, 'approval');
    assert.equal(done.status?.conditions?.[0]?.type, 'Approved');
  });
});
