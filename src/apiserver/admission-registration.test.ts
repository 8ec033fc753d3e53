import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { refusalOf, TestServer } from '../../test/fixtures/test-server.ts';
import { webhookTo } from '../../test/fixtures/webhook-replies.ts';
import {
  mutatingAdmissionPolicies,
  validatingAdmissionPolicies,
  validatingAdmissionPolicyBindings,
  validatingWebhookConfigurations,
} from '../api/generated/index.ts';
import type { KubeObject, ResourceType } from '../machinery/index.ts';
import type { Authorizer } from './core-contract.ts';

const rules = [{ apiGroups: [''], apiVersions: ['v1'], operations: ['*'], resources: ['configmaps'] }];

/** The causes of the refusal of an object that is written. */
async function causes(api: TestServer, type: ResourceType, spec: object): Promise<readonly string[]> {
  const refused = await refusalOf(api.client.create(type, { metadata: { name: 'x' }, spec } as KubeObject));
  assert.deepEqual([refused.reason, refused.code], ['Invalid', 422]);
  return (refused.details?.causes ?? []).map(({ field, message }) => `${field}: ${message}`);
}

describe('an expression', () => {
  it('of a condition must compile when its webhook is written', async () => {
    using api = await TestServer.start();
    const configure = (expression: string) =>
      api.client.create(validatingWebhookConfigurations, {
        metadata: { name: 'w' },
        webhooks: [webhookTo('/a', { rules, matchConditions: [{ name: 'c', expression }] })],
      } as never);
    const refused = await refusalOf(configure('... [}'));
    assert.match(
      refused.message,
      /webhooks\[0\]\.matchConditions\[0\]\.expression: Invalid value: "\.\.\. \[\}": compilation failed: /,
    );
    assert.match((await refusalOf(configure('size(object)'))).message, /: must evaluate to bool but got int$/);
    assert.match((await refusalOf(configure('params == null'))).message, /undeclared reference to 'params'/);
    await configure("request.userInfo.username != 'x' && authorizer.path('/x').check('get').allowed()");
  });

  it('of a policy must compile where it stands', async () => {
    using api = await TestServer.start();
    const found = await causes(api, validatingAdmissionPolicies, {
      matchConstraints: { resourceRules: rules },
      matchConditions: [{ name: 'c', expression: 'variables.a == 1' }],
      variables: [
        { name: 'a', expression: '1 + 1' },
        { name: 'b', expression: 'variables.c' },
      ],
      validations: [
        { expression: "variables.a > 'x'" },
        { expression: 'request.foo', messageExpression: 'authorizer == null' },
      ],
      auditAnnotations: [{ key: 'k', valueExpression: '1' }],
    });
    assert.deepEqual(
      found.map(text => text.split('\n')[0]),
      [
        `spec.matchConditions[0].expression: Invalid value: "variables.a == 1": compilation failed: ERROR: <input>:1:1: undeclared reference to 'variables' (in container '')\\n | variables.a == 1\\n | ^`,
        `spec.variables[1].expression: Invalid value: "variables.c": compilation failed: ERROR: <input>:1:10: undefined field 'c'\\n | variables.c\\n | .........^`,
        `spec.validations[0].expression: Invalid value: "variables.a > 'x'": compilation failed: ERROR: <input>:1:13: found no matching overload for '_>_' applied to '(int, string)'\\n | variables.a > 'x'\\n | ............^`,
        `spec.validations[1].expression: Invalid value: "request.foo": compilation failed: ERROR: <input>:1:8: undefined field 'foo'\\n | request.foo\\n | .......^`,
        `spec.validations[1].messageExpression: Invalid value: "authorizer == null": compilation failed: ERROR: <input>:1:1: undeclared reference to 'authorizer' (in container '')\\n | authorizer == null\\n | ^`,
        'spec.auditAnnotations[0].valueExpression: Invalid value: "1": must evaluate to one of [string null_type] but got int',
      ].map(text => text.replaceAll('\\n', '\n').split('\n')[0]),
    );
  });

  it('of a mutation makes an object or a patch', async () => {
    using api = await TestServer.start();
    const found = await causes(api, mutatingAdmissionPolicies, {
      matchConstraints: { resourceRules: rules },
      reinvocationPolicy: 'Never',
      mutations: [
        { patchType: 'ApplyConfiguration', applyConfiguration: { expression: "'x'" } },
        { patchType: 'JSONPatch', jsonPatch: { expression: 'true' } },
      ],
    });
    assert.deepEqual(found, [
      `spec.mutations[0].applyConfiguration.expression: Invalid value: "'x'": must evaluate to Object but got string`,
      'spec.mutations[1].jsonPatch.expression: Invalid value: "true": must evaluate to list(JSONPatch) but got bool',
    ]);
  });
});

it('parameters must be readable for who lets a policy read them', async () => {
  const authorizer: Authorizer = {
    generation: 0,
    authorize: ({ user, resource, group }) => ({
      allowed: user.username !== 'writer' || group === 'admissionregistration.k8s.io' || resource === 'configmaps',
      reason: '',
    }),
  };
  using api = await TestServer.start({ authorizer });
  const client = api.clientOf({ username: 'writer', groups: ['writers'] });
  const policy = (kind: string) => ({
    metadata: { name: 'p' },
    spec: {
      paramKind: { apiVersion: 'v1', kind },
      matchConstraints: { resourceRules: rules },
      validations: [{ expression: 'params == null' }],
    },
  });
  const writer = '&{writer  [writers] map[]}';
  const { message } = await refusalOf(client.create(validatingAdmissionPolicies, policy('Secret')));
  const demanded = '"get" permission on all objects of the referenced paramKind (kind=Secret, apiVersion=v1)';
  assert.ok(message.endsWith(`spec.paramKind: Forbidden: user ${writer} must have ${demanded}`), message);
  await client.create(validatingAdmissionPolicies, policy('ConfigMap'));
  await api.client.create(validatingAdmissionPolicies, { ...policy('Secret'), metadata: { name: 'q' } });
  const binding = (policyName: string) => ({
    metadata: { name: 'b' },
    spec: {
      policyName,
      validationActions: ['Deny'],
      paramRef: { name: 'x', namespace: 'default', parameterNotFoundAction: 'Allow' },
    },
  });
  assert.match(
    (await refusalOf(client.create(validatingAdmissionPolicyBindings, binding('q')))).message,
    /spec\.paramRef: Forbidden: user .* does not have "get" permission on the object referenced by paramRef$/,
  );
  await client.create(validatingAdmissionPolicyBindings, binding('p'));
});
