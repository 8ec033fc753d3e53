import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { refusalOf, TestServer } from '../../test/fixtures/test-server.ts';
import { patching, WebhookReplies, webhookTo } from '../../test/fixtures/webhook-replies.ts';
import {
  configMaps,
  customResourceDefinitions,
  deployments,
  endpoints,
  horizontalPodAutoscalersV1,
  mutatingAdmissionPolicies,
  mutatingAdmissionPolicyBindings,
  mutatingWebhookConfigurations,
  namespaces,
  pods,
  tokenReviews,
  validatingWebhookConfigurations,
} from '../api/generated/index.ts';
import type { KubeObject, ResourceType } from '../machinery/index.ts';
import type { VirtualResources } from './core-contract.ts';

interface Scene extends Disposable {
  readonly api: TestServer;
  readonly hooks: WebhookReplies;
  mutating(name: string, ...webhooks: readonly object[]): Promise<unknown>;
  validating(name: string, ...webhooks: readonly object[]): Promise<unknown>;
}

async function start(virtual: VirtualResources = {}): Promise<Scene> {
  const hooks = new WebhookReplies();
  const api = await TestServer.start({ outbound: hooks, virtual });
  const configure =
    (type: ResourceType) =>
    (name: string, ...webhooks: readonly object[]) =>
      api.client.create(type, { metadata: { name }, webhooks } as KubeObject);
  return {
    api,
    hooks,
    mutating: configure(mutatingWebhookConfigurations),
    validating: configure(validatingWebhookConfigurations),
    [Symbol.dispose]: () => api[Symbol.dispose](),
  };
}

const rules = (resource: string, group = '', version = 'v1', operations: readonly string[] = ['*']) => ({
  rules: [{ apiGroups: [group], apiVersions: [version], operations, resources: [resource] }],
});
const forMaps = rules('configmaps');

const map = (name: string, data: Record<string, string> = { x: '1' }, metadata: object = {}) => ({
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: { name, namespace: 'default', ...metadata },
  data,
});

const put = (key: string, value: string) => ({ op: 'add', path: `/data/${key}`, value });
const allow = () => ({ allowed: true });

describe('a mutating webhook', () => {
  it('changes objects, each seeing what the one before has left, in the order of names', async () => {
    using scene = await start();
    const { api, hooks } = scene;
    hooks.on('/b', () => patching(put('b', 'ü')));
    hooks.on('/a', ({ object }) =>
      patching(put('a', String(Object.keys((object as unknown as { data: object }).data)))),
    );
    await scene.mutating('z', webhookTo('/b', forMaps));
    await scene.mutating('a', webhookTo('/a', forMaps));
    const created = await api.client.create(configMaps, map('m', { x: '1' }));
    assert.deepEqual(created.data, { x: '1', a: 'x', b: 'ü' });
    assert.deepEqual(hooks.paths, ['/a', '/b']);
  });

  it('is told what the request is about', async () => {
    using scene = await start();
    const { api, hooks } = scene;
    hooks.on('/a', allow);
    await scene.mutating('a', webhookTo('/a', { ...forMaps, timeoutSeconds: 3 }));
    const created = await api.client.create(configMaps, map('m'), { fieldManager: 'me' });
    await api.client.update(configMaps, { ...created, data: { a: '1' } }, { dryRun: true });
    await api.client.delete(configMaps, { name: 'm', namespace: 'default' }, { propagationPolicy: 'Orphan' });
    const [creation, change, deletion] = hooks.calls;
    const { uid, object, ...facts } = creation!.request;
    assert.match(uid, /^[0-9a-f-]{36}$/);
    assert.equal(object?.metadata.uid, undefined);
    const kind = { group: '', version: 'v1', kind: 'ConfigMap' };
    const resource = { group: '', version: 'v1', resource: 'configmaps' };
    assert.deepEqual(facts, {
      kind,
      resource,
      requestKind: kind,
      requestResource: resource,
      name: 'm',
      namespace: 'default',
      operation: 'CREATE',
      userInfo: { username: 'admin', groups: ['system:masters', 'system:authenticated'] },
      oldObject: null,
      dryRun: false,
      options: { kind: 'CreateOptions', apiVersion: 'meta.k8s.io/v1', fieldManager: 'me' },
    });
    assert.equal(creation!.sent.url, 'https://hooks.test/a?timeout=3s');
    assert.equal(creation!.sent.timeoutMs, 3000);
    assert.deepEqual(
      [change!.request.operation, change!.request.dryRun, change!.request.options],
      ['UPDATE', true, { kind: 'UpdateOptions', apiVersion: 'meta.k8s.io/v1', dryRun: ['All'] }],
    );
    assert.deepEqual((change!.request.oldObject as typeof created).data, { x: '1' });
    assert.deepEqual([deletion!.request.operation, deletion!.request.object], ['DELETE', null]);
    assert.equal(deletion!.request.oldObject?.metadata.name, 'm');
    assert.equal(deletion!.request.options?.['propagationPolicy'], 'Orphan');
    hooks.calls.length = 0;
    const labelled = map('n', undefined, { labels: { a: 'b' } });
    await api.client.create(configMaps, labelled);
    await api.client.deleteCollection(configMaps, { namespace: 'default', labelSelector: 'a=b' });
    const { name, oldObject } = hooks.calls.at(-1)!.request;
    assert.deepEqual([name, oldObject?.metadata.name], [undefined, 'n']);
  });

  it('is not asked for configurations of webhooks and policies', async () => {
    using scene = await start();
    scene.hooks.on('/a', () => ({ allowed: false }));
    await scene.mutating('a', webhookTo('/a', rules('*', '*', '*')));
    await scene.validating('b', webhookTo('/a', rules('*', '*', '*')));
    await scene.api.client.delete(mutatingWebhookConfigurations, { name: 'a' });
    assert.deepEqual(scene.hooks.paths, []);
  });

  it('is asked for those that its selectors and conditions name', async () => {
    using scene = await start();
    const { api, hooks } = scene;
    hooks.on('/a', () => patching(put('seen', 'yes')));
    await api.client.create(namespaces, { metadata: { name: 'other', labels: { hooked: 'yes' } }, spec: {} });
    await scene.mutating(
      'a',
      webhookTo('/a', {
        ...forMaps,
        namespaceSelector: { matchLabels: { hooked: 'yes' } },
        objectSelector: { matchExpressions: [{ key: 'skip', operator: 'DoesNotExist' }] },
        matchConditions: [
          { name: 'not-free', expression: "object.metadata.name != 'free'" },
          { name: 'may', expression: "authorizer.requestResource.check('create').allowed()" },
        ],
      }),
    );
    const isSeen = async (object: ReturnType<typeof map>) =>
      'seen' in ((await api.client.create(configMaps, object)).data ?? {});
    assert.equal(await isSeen(map('a')), false);
    assert.equal(await isSeen(map('a', undefined, { namespace: 'other' })), true);
    assert.equal(await isSeen(map('b', undefined, { namespace: 'other', labels: { skip: '1' } })), false);
    assert.equal(await isSeen(map('free', undefined, { namespace: 'other' })), false);
  });

  it('fails the request when its conditions cannot be evaluated, unless it is to ignore that', async () => {
    using scene = await start();
    const { api } = scene;
    scene.hooks.on('/a', allow);
    const matchConditions = [{ name: 'c', expression: 'object.data.missing == "x"' }];
    const created = await scene.mutating('a', webhookTo('/a', { ...forMaps, matchConditions }));
    const refused = await refusalOf(api.client.create(configMaps, map('m', { a: '' })));
    assert.equal(refused.reason, 'Forbidden');
    assert.equal(
      refused.message,
      `configmaps "m" is forbidden: expression 'object.data.missing == "x"' resulted in error: no such key: missing`,
    );
    await api.client.update(mutatingWebhookConfigurations, {
      ...(created as KubeObject),
      webhooks: [webhookTo('/a', { ...forMaps, matchConditions, failurePolicy: 'Ignore' })],
    } as never);
    await api.client.create(configMaps, map('m', { a: '' }));
    assert.deepEqual(scene.hooks.paths, []);
  });

  it('sees an object in the version that it names, and changes it there', async () => {
    using scene = await start();
    const { api, hooks } = scene;
    hooks.on('/v2', () =>
      patching({ op: 'replace', path: '/spec/metrics/0/resource/target/averageUtilization', value: 7 }),
    );
    hooks.on('/exact', allow);
    const forScalers = rules('horizontalpodautoscalers', 'autoscaling', 'v2');
    await scene.mutating(
      'a',
      webhookTo('/v2', forScalers),
      webhookTo('/exact', { ...forScalers, matchPolicy: 'Exact' }),
    );
    const created = await api.client.create(horizontalPodAutoscalersV1, {
      metadata: { name: 'h', namespace: 'default' },
      spec: {
        maxReplicas: 2,
        targetCPUUtilizationPercentage: 50,
        scaleTargetRef: { apiVersion: 'apps/v1', kind: 'Deployment', name: 'd' },
      },
    });
    assert.equal(created.spec?.targetCPUUtilizationPercentage, 7);
    assert.deepEqual(hooks.paths, ['/v2']);
    const { kind, requestKind, object } = hooks.calls[0]!.request;
    assert.deepEqual([kind['version'], requestKind['version'], object?.apiVersion], ['v2', 'v1', 'autoscaling/v2']);
  });

  it('has its changes completed and pruned like a request', async () => {
    using scene = await start();
    const { api, hooks } = scene;
    hooks.on('/pods', () =>
      patching({ op: 'add', path: '/spec/initContainers', value: [{ name: 'init', image: 'busybox', foo: 'bar' }] }),
    );
    hooks.on('/custom', () => patching(put('known', 'k'), put('unknown', 'u')));
    await scene.mutating('a', webhookTo('/pods', rules('pods')), webhookTo('/custom', rules('widgets', 'example.org')));
    await api.createNamespace('other');
    const pod = await api.client.create(pods, {
      metadata: { name: 'p', namespace: 'other' },
      spec: { containers: [{ name: 'main', image: 'busybox' }] },
    });
    const [init] = pod.spec.initContainers!;
    assert.deepEqual(
      [init!.terminationMessagePolicy, init!.imagePullPolicy, 'foo' in init!],
      ['File', 'Always', false],
    );
    const text = { type: 'string' };
    const data = { type: 'object', properties: { known: text, first: { ...text, default: 'd' } } };
    await api.client.create(customResourceDefinitions, {
      metadata: { name: 'widgets.example.org' },
      spec: {
        group: 'example.org',
        scope: 'Namespaced',
        names: { plural: 'widgets', kind: 'Widget' },
        versions: [
          {
            name: 'v1',
            served: true,
            storage: true,
            schema: { openAPIV3Schema: { type: 'object', properties: { data } } },
          },
        ],
      },
    });
    const type = { ...widgets, kind: 'Widget' } as ResourceType;
    const widget = await api.client.create(type, {
      metadata: { name: 'w', namespace: 'default' },
      data: {},
    } as KubeObject);
    assert.deepEqual((widget as { data?: unknown }).data, { first: 'd', known: 'k' });
  });

  it('sees and changes objects that another webhook converts in the version that it names', async () => {
    using scene = await start();
    const { api, hooks } = scene;
    interface Conversion {
      readonly uid: string;
      readonly desiredAPIVersion: string;
      readonly objects: readonly (KubeObject & { readonly a?: string; readonly b?: string })[];
    }
    // v1 calls it `a`, v2 calls it `b`.
    hooks.on('/convert', request => {
      const { uid, desiredAPIVersion: apiVersion, objects } = request as unknown as Conversion;
      const convertedObjects = objects.map(({ a, b, ...rest }) =>
        apiVersion.endsWith('v2') ? { ...rest, apiVersion, b: a ?? b } : { ...rest, apiVersion, a: b ?? a },
      );
      const response = { uid, convertedObjects, result: { status: 'Success' } };
      const body = JSON.stringify({ kind: 'ConversionReview', apiVersion: 'apiextensions.k8s.io/v1', response });
      return { http: { status: 200, headers: {}, body } };
    });
    hooks.on('/v2', ({ object }) =>
      patching({ op: 'replace', path: '/b', value: `${(object as unknown as { b: string }).b}!` }),
    );
    const text = { type: 'string' };
    const version = (name: string, field: string) => ({
      name,
      served: true,
      storage: name === 'v1',
      schema: { openAPIV3Schema: { type: 'object', properties: { [field]: text } } },
    });
    await api.client.create(customResourceDefinitions, {
      metadata: { name: 'widgets.example.org' },
      spec: {
        group: 'example.org',
        scope: 'Namespaced',
        names: { plural: 'widgets', kind: 'Widget' },
        versions: [version('v1', 'a'), version('v2', 'b')],
        conversion: {
          strategy: 'Webhook',
          webhook: { clientConfig: { url: 'https://hooks.test/convert' }, conversionReviewVersions: ['v1'] },
        },
      },
    } as never);
    await scene.mutating('a', webhookTo('/v2', rules('widgets', 'example.org', 'v2')));
    const type = { ...widgets, kind: 'Widget' } as ResourceType;
    const created = await api.client.create(type, {
      apiVersion: 'example.org/v1',
      kind: 'Widget',
      metadata: { name: 'w', namespace: 'default' },
      a: 'hello',
    } as KubeObject);
    assert.deepEqual([created.apiVersion, (created as { a?: string }).a], ['example.org/v1', 'hello!']);
    const seen = hooks.calls.find(({ path }) => path === '/v2')!.request;
    assert.deepEqual([seen.kind['version'], seen.requestKind['version']], ['v2', 'v1']);
    assert.equal((seen.object as unknown as { b: string }).b, 'hello');
  });

  it('cannot move an object, change what only the server says, or spoil managed fields', async () => {
    using scene = await start();
    const { api, hooks } = scene;
    let reply: object = patching({ op: 'add', path: '/metadata/namespace', value: 'kube-system' });
    hooks.on('/a', () => reply);
    await scene.mutating('a', webhookTo('/a', forMaps));
    const moved = await refusalOf(api.client.create(configMaps, map('m')));
    assert.equal(
      moved.message,
      'the namespace of the provided object does not match the namespace sent on the request',
    );
    reply = patching(
      { op: 'add', path: '/metadata/uid', value: 'mine' },
      { op: 'add', path: '/metadata/managedFields', value: [{ operation: 'Sideways', manager: 'x' }] },
    );
    const warnings: string[] = [];
    const user = { username: 'u', groups: ['system:masters'] };
    const call = { user, userAgent: 'test', warn: (text: string) => warnings.push(text) };
    await api.server.execute({ verb: 'create', type: configMaps, namespace: 'default', body: map('m') }, call);
    const created = await api.client.get(configMaps, { name: 'm', namespace: 'default' });
    assert.notEqual(created.metadata.uid, 'mine');
    assert.match(warnings.join('\n'), /^\.metadata\.managedFields was in an invalid state after admission; /);
    assert.deepEqual(
      created.metadata.managedFields?.map(({ operation }) => operation),
      ['Update'],
    );
    reply = patching({ op: 'add', path: '/metadata/name', value: 'other' });
    const renamed = await refusalOf(api.client.update(configMaps, { ...created, data: { a: '' } }));
    assert.match(renamed.message, /metadata\.name: Invalid value: "other": field is immutable/);
  });

  it('is asked again when a later one has changed the object, if it asks for that', async () => {
    using scene = await start();
    const { api, hooks } = scene;
    let round = 0;
    hooks.on('/again', () => patching(put(`round${++round}`, '')));
    hooks.on('/once', allow);
    hooks.on('/later', () => patching(put('later', 'x')));
    await scene.mutating(
      'a',
      webhookTo('/again', { ...forMaps, reinvocationPolicy: 'IfNeeded' }),
      webhookTo('/once', forMaps),
      webhookTo('/later', forMaps),
    );
    const { data } = await api.client.create(configMaps, map('m'));
    assert.deepEqual(hooks.paths, ['/again', '/once', '/later', '/again']);
    assert.deepEqual(Object.keys(data ?? {}), ['x', 'round1', 'later', 'round2']);
  });

  it('makes policies look again', async () => {
    using scene = await start();
    const { api, hooks } = scene;
    hooks.on('/later', () => patching(put('later', 'x')));
    await scene.mutating('a', webhookTo('/later', forMaps));
    await api.client.create(mutatingAdmissionPolicies, {
      metadata: { name: 'count' },
      spec: {
        reinvocationPolicy: 'IfNeeded',
        matchConstraints: { resourceRules: forMaps.rules },
        mutations: [
          {
            patchType: 'JSONPatch',
            jsonPatch: {
              expression: `[JSONPatch{op: "add", path: "/data/" + jsonpatch.escapeKey("n" + string(size(object.data))), value: ""}]`,
            },
          },
        ],
      },
    });
    await api.client.create(mutatingAdmissionPolicyBindings, {
      metadata: { name: 'count' },
      spec: { policyName: 'count' },
    });
    const { data } = await api.client.create(configMaps, map('m'));
    assert.deepEqual(Object.keys(data ?? {}), ['x', 'n1', 'later', 'n3']);
  });

  it('may refuse a deletion, but not change what is deleted', async () => {
    using scene = await start();
    const { api, hooks } = scene;
    let reply: object = patching(put('a', 'b'));
    hooks.on('/a', () => reply);
    await api.client.create(configMaps, map('m'));
    await scene.mutating('a', webhookTo('/a', { ...forMaps }));
    const ref = { name: 'm', namespace: 'default' };
    assert.equal(
      (await refusalOf(api.client.delete(configMaps, ref))).message,
      'Internal error occurred: admission webhook "a.hooks.test" attempted to modify the object, which is not supported for this operation',
    );
    reply = { allowed: false, status: { message: 'keep it' } };
    assert.equal(
      (await refusalOf(api.client.delete(configMaps, ref))).message,
      'admission webhook "a.hooks.test" denied the request: keep it',
    );
  });
});

const widgets = { group: 'example.org', version: 'v1', resource: 'widgets', namespaced: true };

describe('a webhook that fails', () => {
  it('does not keep the server from starting with what it says of itself', async () => {
    const hooks = new WebhookReplies();
    const all = { rules: [{ apiGroups: ['*'], apiVersions: ['*'], operations: ['*'], resources: ['*/*'] }] };
    const first = await TestServer.start({ outbound: hooks });
    await first.client.create(validatingWebhookConfigurations, {
      metadata: { name: 'everything' },
      webhooks: [webhookTo('/gone', all)],
    } as never);
    first[Symbol.dispose]();
    using again = await TestServer.start({ outbound: hooks, store: first.store, advertisedIp: '192.0.2.2' });
    const own = again.server.view.get(endpoints, 'default', 'kubernetes');
    assert.equal(own?.subsets?.[0]?.addresses?.[0]?.ip, '192.0.2.2');
    assert.deepEqual(hooks.paths, []);
    await refusalOf(again.client.create(configMaps, map('m')));
    await again.client.delete(validatingWebhookConfigurations, { name: 'everything' });
    await again.client.create(configMaps, map('m'));
  });

  const refuse = async (reply: object | Error, rest: object = {}) => {
    using scene = await start();
    scene.hooks.on('/a', () => reply);
    await scene.mutating('a', webhookTo('/a', { ...forMaps, ...rest }));
    const { code, message } = await refusalOf(scene.api.client.create(configMaps, map('m')));
    return [code, message];
  };
  const failed = 'Internal error occurred: failed calling webhook "a.hooks.test":';

  it('fails the request with what was wrong', async () => {
    const url = '"https://hooks.test/a?timeout=10s"';
    assert.deepEqual(await refuse(new Error('context deadline exceeded')), [
      500,
      `${failed} failed to call webhook: Post ${url}: context deadline exceeded`,
    ]);
    assert.deepEqual(await refuse({ http: { status: 404, headers: {}, body: 'x' } }), [
      500,
      `${failed} failed to call webhook: the server could not find the requested resource`,
    ]);
    assert.deepEqual(await refuse({ http: { status: 200, headers: {}, body: '{}' } }), [
      500,
      `${failed} received invalid webhook response: webhook response was absent`,
    ]);
    const [, uid] = await refuse({ allowed: true, uid: 'x' });
    assert.match(String(uid), /received invalid webhook response: expected response\.uid="[0-9a-f-]{36}", got "x"$/);
    assert.match(
      String((await refuse({ ...patching(), patchType: undefined }))[1]),
      /webhook returned response\.patch but not response\.patchType$/,
    );
    assert.match(String((await refuse({ allowed: 'yes' }))[1]), /cannot unmarshal string into Go struct field/);
    assert.match(
      String((await refuse({ allowed: true, patchType: 'JSONPatch', patch: 'e30=' }))[1]),
      /received undecodable patch in webhook response: /,
    );
    assert.deepEqual(await refuse(patching({ op: 'remove', path: '/nope' })), [
      500,
      "Internal error occurred: error in remove for path: '/nope': Unable to remove nonexistent key: nope: missing value",
    ]);
    assert.match(
      String((await refuse({ allowed: true, patchType: 'Merge', patch: 'W3t9XQ==' }))[1]),
      /unsupported patch type "Merge"$/,
    );
  });

  it('is passed over when it is to be', async () => {
    using scene = await start();
    scene.hooks.on('/a', () => new Error('EOF'));
    const annotations: Record<string, string> = {};
    await scene.mutating('a', webhookTo('/a', { ...forMaps, failurePolicy: 'Ignore' }));
    await scene.validating('a', webhookTo('/a', { ...forMaps, failurePolicy: 'Ignore' }));
    const call = {
      user: { username: 'u', groups: ['system:masters'] },
      warn: () => {},
      annotate: (key: string, value: string) => {
        if (key.includes('webhook')) annotations[key] = value;
      },
    };
    const request = { verb: 'create', type: configMaps, namespace: 'default', body: map('m') } as const;
    await scene.api.server.execute(request, call);
    assert.deepEqual(annotations, {
      'failed-open.mutation.webhook.admission.k8s.io/round_0_index_0': 'a.hooks.test',
      'failed-open.validating.webhook.admission.k8s.io/round_0_index_0': 'a.hooks.test',
      'mutation.webhook.admission.k8s.io/round_0_index_0':
        '{"configuration":"a","webhook":"a.hooks.test","mutated":false}',
    });
  });
});

describe('a validating webhook', () => {
  const refuse = async (response: object) => {
    using scene = await start();
    scene.hooks.on('/a', () => response);
    await scene.validating('a', webhookTo('/a', forMaps));
    const { code, reason, message, details } = await refusalOf(scene.api.client.create(configMaps, map('m')));
    return { code, reason, message, details };
  };
  const denied = 'admission webhook "a.hooks.test" denied the request';

  it('refuses requests with the status that it gives', async () => {
    assert.deepEqual(await refuse({ allowed: false }), {
      code: 400,
      reason: undefined,
      message: `${denied} without explanation`,
      details: undefined,
    });
    const details = { causes: [{ message: 'because' }] };
    assert.deepEqual(
      await refuse({ allowed: false, status: { code: 403, message: 'no', reason: 'Teapot', details } }),
      {
        code: 403,
        reason: 'Teapot',
        message: `${denied}: no`,
        details,
      },
    );
    assert.equal((await refuse({ allowed: false, status: { code: 200, reason: 'Busy' } })).message, `${denied}: Busy`);
    assert.match((await refuse(patching({ op: 'x' }))).message, /validating webhook may not return response\.patch$/);
  });

  it('is asked beside others, and the first refusal in their order counts', async () => {
    using scene = await start();
    const { hooks } = scene;
    let release = (): void => {};
    hooks.on('/slow', () => new Promise(resolve => (release = () => resolve({ allowed: false }))));
    hooks.on('/fast', () => {
      release();
      return { allowed: false };
    });
    await scene.validating('a', webhookTo('/slow', forMaps));
    await scene.validating('b', webhookTo('/fast', forMaps));
    assert.match(
      (await refusalOf(scene.api.client.create(configMaps, map('m')))).message,
      /^admission webhook "slow\.hooks\.test" denied/,
    );
  });

  it('warns and annotates', async () => {
    using scene = await start();
    scene.hooks.on('/a', () => ({ allowed: true, warnings: ['careful'], auditAnnotations: { why: 'so' } }));
    await scene.validating('a', webhookTo('/a', forMaps));
    const told: string[] = [];
    const call = {
      user: { username: 'u', groups: ['system:masters'] },
      warn: (text: string) => told.push(text),
      annotate: (key: string, value: string) => key.startsWith('a.hooks') && told.push(`${key}=${value}`),
    };
    const request = { verb: 'create', type: configMaps, namespace: 'default', body: map('m') } as const;
    await scene.api.server.execute(request, call);
    assert.deepEqual(told, ['a.hooks.test/why=so', 'careful']);
  });

  it('is spoken to in the version that it names first and we know', async () => {
    using scene = await start();
    scene.hooks.on('/a', () => ({ allowed: true, uid: 'ignored in v1beta1' }));
    await scene.validating('a', webhookTo('/a', { ...forMaps, admissionReviewVersions: ['v2', 'v1beta1', 'v1'] }));
    await scene.api.client.create(configMaps, map('m'));
    assert.match(
      scene.hooks.calls[0]!.sent.body!,
      /^\{"kind":"AdmissionReview","apiVersion":"admission\.k8s\.io\/v1beta1"/,
    );
  });

  it('that has no side effects on dry runs is asked for them', async () => {
    using scene = await start();
    const { api } = scene;
    scene.hooks.on('/a', allow);
    await scene.validating('a', webhookTo('/a', { ...forMaps, sideEffects: 'NoneOnDryRun' }));
    await api.client.create(configMaps, map('m'), { dryRun: true });
    assert.deepEqual(scene.hooks.paths, ['/a']);
  });

  it('sees subresources as what they carry, and other requests than writes of objects', async () => {
    using scene = await start();
    const { api, hooks } = scene;
    hooks.on('/a', ({ object }) =>
      (object as { spec?: { replicas?: number } } | null)?.spec?.replicas === 3
        ? patching({ op: 'replace', path: '/spec/replicas', value: 5 })
        : { allowed: true },
    );
    hooks.on('/v', allow);
    const seen = () => hooks.calls.map(({ request }) => [request.operation, request.subResource, request.kind['kind']]);
    await api.createNamespace('other');
    const template = { metadata: { labels: { a: 'b' } }, spec: { containers: [{ name: 'c', image: 'i' }] } };
    await api.client.create(deployments, {
      metadata: { name: 'd', namespace: 'other' },
      spec: { replicas: 1, selector: { matchLabels: { a: 'b' } }, template },
    });
    await api.client.create(pods, { metadata: { name: 'p', namespace: 'other' }, spec: template.spec });
    const all = { rules: [{ apiGroups: ['*'], apiVersions: ['*'], operations: ['*'], resources: ['*/*'] }] };
    await scene.mutating('a', webhookTo('/a', rules('*/scale', '*')));
    await scene.validating('v', webhookTo('/v', all));
    const scale = { metadata: { name: 'd', namespace: 'other' }, spec: { replicas: 3 } };
    const call = { user: { username: 'u', groups: ['system:masters'] }, warn: () => {} };
    const about = { namespace: 'other', name: 'd', subresource: 'scale' } as const;
    await api.server.execute({ verb: 'update', type: deployments, ...about, body: scale }, call);
    assert.equal((await api.client.get(deployments, { name: 'd', namespace: 'other' })).spec?.replicas, 5);
    assert.deepEqual(seen(), [
      ['UPDATE', 'scale', 'Scale'],
      ['UPDATE', 'scale', 'Scale'],
    ]);
    const [, judged] = hooks.calls;
    assert.equal((judged!.request.oldObject as { spec?: { replicas?: number } }).spec?.replicas, 1);
    hooks.calls.length = 0;
    const eviction = { metadata: { name: 'p', namespace: 'other' } };
    const evict = { verb: 'create', type: pods, namespace: 'other', name: 'p', subresource: 'eviction' } as const;
    await api.server.execute({ ...evict, body: eviction, options: { dryRun: true } }, call);
    assert.deepEqual(seen(), [['CREATE', 'eviction', 'Eviction']]);
    hooks.calls.length = 0;
    const options = { kind: 'PodExecOptions', apiVersion: 'v1', command: ['sh'], stdin: true };
    await api.server.connect(
      { verb: 'create', type: pods, subresource: 'exec', namespace: 'other', name: 'p', options },
      call,
    );
    assert.deepEqual(seen(), [['CONNECT', 'exec', 'PodExecOptions']]);
    assert.deepEqual(hooks.calls[0]!.request.object, options);
  });

  it('is asked about reviews, which are stored nowhere', async () => {
    using scene = await start({ 'authentication.k8s.io/tokenreviews': ({ body }) => body as KubeObject });
    scene.hooks.on('/v', () => ({ allowed: false, status: { message: 'no reviews' } }));
    await scene.validating('v', webhookTo('/v', rules('tokenreviews', 'authentication.k8s.io')));
    const review = { metadata: {}, spec: { token: 'x' } };
    const refused = await refusalOf(scene.api.client.create(tokenReviews, review as never));
    assert.match(refused.message, /denied the request: no reviews$/);
  });
});
