import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { refusalOf, TestServer } from '../../test/fixtures/test-server.ts';
import {
  configMaps,
  customResourceDefinitions,
  horizontalPodAutoscalersV1,
  type MutatingAdmissionPolicy,
  mutatingAdmissionPolicies,
  mutatingAdmissionPolicyBindings,
  namespaces,
  pods,
  podTemplates,
  secrets,
  type ValidatingAdmissionPolicy,
  type ValidatingAdmissionPolicyBinding,
  validatingAdmissionPolicies,
  validatingAdmissionPolicyBindings,
} from '../api/generated/index.ts';
import type { KubeObject, ResourceType } from '../machinery/index.ts';
import type { Authorizer } from './core-contract.ts';

type PolicySpec = ValidatingAdmissionPolicy['spec'];
type BindingSpec = ValidatingAdmissionPolicyBinding['spec'];

const rule = (resource: string, group = '', version = 'v1', operations = ['CREATE', 'UPDATE']) => ({
  resourceRules: [{ apiGroups: [group], apiVersions: [version], operations, resources: [resource] }],
});

async function enforce(api: TestServer, spec: PolicySpec, bound: Partial<BindingSpec> = {}): Promise<void> {
  await api.client.create(validatingAdmissionPolicies, {
    apiVersion: 'admissionregistration.k8s.io/v1',
    kind: 'ValidatingAdmissionPolicy',
    metadata: { name: 'policy' },
    spec: { matchConstraints: rule('configmaps'), ...spec },
  });
  await api.client.create(validatingAdmissionPolicyBindings, {
    apiVersion: 'admissionregistration.k8s.io/v1',
    kind: 'ValidatingAdmissionPolicyBinding',
    metadata: { name: 'binding' },
    spec: { policyName: 'policy', validationActions: ['Deny'], ...bound },
  });
}

const map = (name: string, data: Record<string, string> = {}, metadata: object = {}) => ({
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: { name, namespace: 'default', ...metadata },
  data,
});

const denied = `ValidatingAdmissionPolicy 'policy' with binding 'binding' denied request:`;

async function change(api: TestServer, spec: MutatingAdmissionPolicy['spec']): Promise<void> {
  const apiVersion = 'admissionregistration.k8s.io/v1';
  await api.client.create(mutatingAdmissionPolicies, {
    apiVersion,
    kind: 'MutatingAdmissionPolicy',
    metadata: { name: 'change' },
    spec: { matchConstraints: rule('configmaps'), reinvocationPolicy: 'Never', ...spec },
  });
  await api.client.create(mutatingAdmissionPolicyBindings, {
    apiVersion,
    kind: 'MutatingAdmissionPolicyBinding',
    metadata: { name: 'binding' },
    spec: { policyName: 'change' },
  });
}

describe('a mutating policy', () => {
  it('applies configurations and patches, each to what the one before has left', async () => {
    using api = await TestServer.start();
    await change(api, {
      mutations: [
        {
          patchType: 'ApplyConfiguration',
          applyConfiguration: {
            expression: `Object{
              metadata: Object.metadata{
                annotations: {"by": object.metadata.name == 'a' ? "{policy, a: 1}" : "nobody"} // Object{no: 1}
              },
              data: {"n": string(size(object.data))}
            }`,
          },
        },
        {
          patchType: 'JSONPatch',
          jsonPatch: { expression: '[JSONPatch{op: "add", path: "/data/m", value: object.data.n + "!"}]' },
        },
      ],
    });
    const { metadata, data } = await api.client.create(configMaps, map('a', { x: '1' }));
    assert.deepEqual(metadata.annotations, { by: '{policy, a: 1}' });
    assert.deepEqual(data, { x: '1', n: '1', m: '1!' });
  });

  it('sets no lists that are replaced as a whole, and passes over patches whose test fails', async () => {
    using api = await TestServer.start();
    await change(api, {
      matchConstraints: { resourceRules: [...rule('configmaps').resourceRules, ...rule('podtemplates').resourceRules] },
      mutations: [
        {
          patchType: 'JSONPatch',
          jsonPatch: {
            expression:
              '[JSONPatch{op: "test", path: "/metadata/name", value: "x"}, JSONPatch{op: "remove", path: "/metadata/name"}]',
          },
        },
        {
          patchType: 'ApplyConfiguration',
          applyConfiguration: {
            expression: `object.kind == 'PodTemplate'
              ? Object{template: Object.template{spec: Object.template.spec{containers: [
                  Object.template.spec.containers{name: 'c', args: ['a']}]}}}
              : Object{metadata: Object.metadata{labels: {'seen': 'yes'}}}`,
          },
        },
      ],
    });
    const { metadata } = await api.client.create(configMaps, map('a'));
    assert.deepEqual([metadata.name, metadata.labels], ['a', { seen: 'yes' }]);
    const template = { spec: { containers: [{ name: 'c', image: 'i' }] } };
    const refused = api.client.create(podTemplates, {
      metadata: { name: 't', namespace: 'default' },
      template,
    } as never);
    assert.match(
      (await refusalOf(refused)).message,
      /may not mutate atomic arrays, maps or structs: \.template\.spec\.containers\[0\]\.args$/,
    );
  });

  it('refuses the request when it cannot be evaluated, or makes what is no such object', async () => {
    using api = await TestServer.start();
    const applyConfiguration = { expression: 'Object{immutable: "yes"}' };
    await change(api, { mutations: [{ patchType: 'ApplyConfiguration', applyConfiguration }] });
    const refused = await refusalOf(api.client.create(configMaps, map('a')));
    assert.deepEqual([refused.reason, refused.code], ['Invalid', 403]);
    assert.match(refused.message, /^policy 'change' with binding 'binding' denied request: immutable: /);
    const policy = await api.client.get(mutatingAdmissionPolicies, { name: 'change' });
    await api.client.update(mutatingAdmissionPolicies, {
      ...policy,
      spec: { ...policy.spec, failurePolicy: 'Ignore' },
    });
    assert.equal((await api.client.create(configMaps, map('a'))).immutable, undefined);
  });
});

describe('a validating policy', () => {
  it('refuses what its expressions refuse, with the message and reason that it has for that', async () => {
    using api = await TestServer.start();
    await enforce(api, {
      validations: [
        { expression: 'has(object.data) && has(object.data.owner)', message: 'who owns it?' },
        {
          expression: "object.data.owner != 'nobody'",
          messageExpression: "'not ' + object.data.owner",
          reason: 'Forbidden',
        },
      ],
    });
    const missing = await refusalOf(api.client.create(configMaps, map('a')));
    assert.deepEqual([missing.reason, missing.code], ['Invalid', 422]);
    assert.equal(missing.message, `configmaps "a" is forbidden: ${denied} who owns it?`);
    assert.deepEqual(missing.details?.causes, [{ message: `${denied} who owns it?` }]);
    const wrong = await refusalOf(api.client.create(configMaps, map('a', { owner: 'nobody' })));
    assert.deepEqual([wrong.reason, wrong.message], ['Forbidden', `configmaps "a" is forbidden: ${denied} not nobody`]);
    const created = await api.client.create(configMaps, map('a', { owner: 'me' }));
    const spoilt = await refusalOf(api.client.update(configMaps, { ...created, data: {} }));
    assert.equal(spoilt.reason, 'Invalid');
  });

  it('sees the request, the old object, the namespace and its own variables', async () => {
    using api = await TestServer.start();
    await enforce(api, {
      variables: [
        { name: 'size', expression: 'size(object.data)' },
        { name: 'isLarge', expression: 'variables.size > 1' },
      ],
      validations: [
        { expression: "request.operation == 'CREATE' || size(oldObject.data) <= variables.size", message: 'shrinks' },
        { expression: "!variables.isLarge || namespaceObject.metadata.name != 'default'", message: 'large' },
        { expression: "request.userInfo.username != 'x' && request.resource.resource == 'configmaps'" },
      ],
    });
    assert.match((await refusalOf(api.client.create(configMaps, map('a', { a: '', b: '' })))).message, /: large$/);
    await api.client.create(configMaps, map('a', { a: '' }));
    const large = { metadata: { name: 'large' }, spec: {} };
    await api.client.create(namespaces, large);
    const elsewhere = { ...map('a', { a: '', b: '' }), metadata: { name: 'a', namespace: 'large' } };
    const created = await api.client.create(configMaps, elsewhere);
    const smaller = { ...created, data: { a: '' } };
    assert.match((await refusalOf(api.client.update(configMaps, smaller))).message, /: shrinks$/);
  });

  it('is about what its constraints and those of its binding match', async () => {
    using api = await TestServer.start();
    await api.client.create(namespaces, { metadata: { name: 'other', labels: { checked: 'yes' } }, spec: {} });
    await enforce(
      api,
      {
        validations: [{ expression: 'false' }],
        matchConditions: [{ name: 'c', expression: "object.metadata.name != 'free'" }],
      },
      { matchResources: { namespaceSelector: { matchLabels: { checked: 'yes' } }, objectSelector: {} } },
    );
    await api.client.create(configMaps, map('a'));
    const there = (name: string) => ({ ...map(name), metadata: { name, namespace: 'other' } });
    assert.match((await refusalOf(api.client.create(configMaps, there('a')))).message, /failed expression: false$/);
    await api.client.create(configMaps, there('free'));
    await api.client.create(secrets, { metadata: { name: 's', namespace: 'other' } });
  });

  it('warns where it is bound to warn', async () => {
    using api = await TestServer.start();
    await enforce(api, { validations: [{ expression: 'false', message: 'no' }] }, { validationActions: ['Warn'] });
    const warnings: string[] = [];
    const call = { user: { username: 'u', groups: ['system:masters'] }, warn: (text: string) => warnings.push(text) };
    await api.server.execute({ verb: 'create', type: configMaps, namespace: 'default', body: map('a') }, call);
    assert.deepEqual(warnings, ["Validation failed for ValidatingAdmissionPolicy 'policy' with binding 'binding': no"]);
  });

  it('refuses what it cannot evaluate, unless it is to ignore failures', async () => {
    using api = await TestServer.start();
    await enforce(api, { validations: [{ expression: 'object.data.missing == "x"' }] });
    assert.match(
      (await refusalOf(api.client.create(configMaps, map('a')))).message,
      /expression 'object\.data\.missing == "x"' resulted in error: no such key: data$/,
    );
    const policy = await api.client.get(validatingAdmissionPolicies, { name: 'policy' });
    await api.client.update(validatingAdmissionPolicies, {
      ...policy,
      spec: { ...policy.spec, failurePolicy: 'Ignore' },
    });
    await api.client.create(configMaps, map('a'));
  });

  it('is evaluated once for each of its parameters, of any kind', async () => {
    using api = await TestServer.start();
    const schema = { type: 'object', properties: { max: { type: 'integer' } } };
    await api.client.create(customResourceDefinitions, {
      metadata: { name: 'limits.example.org' },
      spec: {
        group: 'example.org',
        scope: 'Cluster',
        names: { plural: 'limits', kind: 'Limit' },
        versions: [{ name: 'v1', served: true, storage: true, schema: { openAPIV3Schema: schema } }],
      },
    });
    await enforce(
      api,
      {
        paramKind: { apiVersion: 'example.org/v1', kind: 'Limit' },
        validations: [{ expression: 'size(object.data) <= params.max', messageExpression: 'string(params.max)' }],
      },
      { paramRef: { selector: {}, parameterNotFoundAction: 'Deny' } },
    );
    const absent = await refusalOf(api.client.create(configMaps, map('a')));
    assert.match(absent.message, /no params found for policy binding with `Deny` parameterNotFoundAction$/);
    const type = {
      group: 'example.org',
      version: 'v1',
      resource: 'limits',
      kind: 'Limit',
      namespaced: false,
    } as ResourceType;
    await api.client.create(type, { metadata: { name: 'one' }, max: 1 } as KubeObject);
    await api.client.create(type, { metadata: { name: 'two' }, max: 2 } as KubeObject);
    assert.match((await refusalOf(api.client.create(configMaps, map('a', { a: '', b: '' })))).message, /: 1$/);
    await api.client.create(configMaps, map('a', { a: '' }));
  });

  it('sees an object in the version that it names', async () => {
    using api = await TestServer.start();
    await enforce(api, {
      matchConstraints: rule('horizontalpodautoscalers', 'autoscaling', 'v2'),
      validations: [
        {
          expression: "object.apiVersion == 'autoscaling/v2' && request.requestResource.version == 'v1'",
          message: 'seen',
        },
      ],
    });
    await api.client.create(horizontalPodAutoscalersV1, {
      metadata: { name: 'h', namespace: 'default' },
      spec: { maxReplicas: 2, scaleTargetRef: { apiVersion: 'apps/v1', kind: 'Deployment', name: 'd' } },
    });
  });

  it('may ask the authorizer, for the sender and for accounts', async () => {
    const selectors: (string | undefined)[] = [];
    const authorizer: Authorizer = {
      generation: 0,
      authorize({ user, verb, fieldSelector, labelSelector }) {
        if (verb === 'visit') selectors.push(fieldSelector, labelSelector);
        return { allowed: verb !== 'bless' || user.username === 'system:serviceaccount:default:priest', reason: '' };
      },
    };
    using api = await TestServer.start({ authorizer });
    await enforce(api, {
      validations: [
        {
          expression: "authorizer.requestResource.check('bless').allowed() || object.metadata.name != 'holy'",
          message: 'unblessed',
        },
        {
          expression:
            "authorizer.serviceAccount('default', 'priest').group('').resource('configmaps').namespace(request.namespace).check('bless').allowed()",
        },
        {
          expression:
            "authorizer.group('').resource('pods').fieldSelector('spec.nodeName=a').labelSelector('a in b').check('visit').allowed()",
        },
      ],
    });
    await api.client.create(configMaps, map('a'));
    assert.deepEqual(selectors, ['spec.nodeName=a', undefined]);
    assert.match((await refusalOf(api.client.create(configMaps, map('holy')))).message, /: unblessed$/);
  });

  it('annotates audit events, and tells them of what it only audits', async () => {
    using api = await TestServer.start();
    await enforce(
      api,
      {
        validations: [{ expression: 'true' }, { expression: 'false', message: 'never' }],
        auditAnnotations: [
          { key: 'name', valueExpression: "'it is ' + object.metadata.name" },
          { key: 'nothing', valueExpression: 'null' },
        ],
      },
      { validationActions: ['Audit'] },
    );
    const annotations: Record<string, string> = {};
    const call = {
      user: { username: 'u', groups: ['system:masters'] },
      warn: () => {},
      annotate: (key: string, value: string) => {
        if (key.includes('polic')) annotations[key] = value;
      },
    };
    await api.server.execute({ verb: 'create', type: configMaps, namespace: 'default', body: map('a') }, call);
    assert.deepEqual(annotations, {
      'policy/name': 'it is a',
      'validation.policy.admission.k8s.io/validation_failure':
        '[{"message":"never","policy":"policy","binding":"binding","expressionIndex":1,"validationActions":["Audit"]}]',
    });
  });

  it('is about deletions and connections, too', async () => {
    using api = await TestServer.start();
    const rules = ['configmaps', 'pods/exec'].flatMap(
      name => rule(name, '', 'v1', ['DELETE', 'CONNECT']).resourceRules,
    );
    await enforce(api, {
      matchConstraints: { resourceRules: rules },
      validations: [
        { expression: "request.operation != 'DELETE' || oldObject.data.keep != 'yes'", message: 'kept' },
        { expression: "request.operation != 'CONNECT' || object.command[0] != 'sh'", message: 'no shell' },
      ],
    });
    const ref = (name: string) => ({ name, namespace: 'default' });
    await api.client.create(configMaps, map('a', { keep: 'yes' }));
    await api.client.create(configMaps, map('b', { keep: 'no' }));
    assert.match((await refusalOf(api.client.delete(configMaps, ref('a')))).message, /: kept$/);
    await api.client.delete(configMaps, ref('b'));
    const call = { user: { username: 'u', groups: ['system:masters'] }, warn: () => {} };
    const connect = { verb: 'create', type: pods, subresource: 'exec', ...ref('p') } as const;
    const options = { kind: 'PodExecOptions', apiVersion: 'v1', command: ['sh'] };
    assert.match((await refusalOf(api.server.connect({ ...connect, options }, call))).message, /: no shell$/);
  });

  it('may not cost more than expressions may', async () => {
    using api = await TestServer.start();
    const keys = Object.fromEntries(Array.from({ length: 200 }, (_, i) => [`k${i}`, 'v']));
    const nested = 'object.data.all(a, object.data.all(b, object.data.all(c, a + b + c != "x")))';
    await enforce(api, { validations: [{ expression: nested }] });
    assert.match(
      (await refusalOf(api.client.create(configMaps, map('a', keys)))).message,
      /resulted in error: operation cancelled: actual cost limit exceeded$/,
    );
    await api.client.create(configMaps, map('a', { k: 'v' }));
  });
});
