import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createCluster, resources } from '../testing/index.ts';

const { customResourceDefinitions, validatingAdmissionPolicies } = resources;

const rule = (group: string, resource: string, version = 'v1') => ({
  apiGroups: [group],
  apiVersions: [version],
  operations: ['CREATE'],
  resources: [resource],
});

const policy = (name: string, spec: object) => ({
  apiVersion: 'admissionregistration.k8s.io/v1',
  kind: 'ValidatingAdmissionPolicy',
  metadata: { name },
  spec: { matchConstraints: { resourceRules: [rule('apps', 'deployments')] }, ...spec },
});

/** Without the compiler's frame and the place. */
function summarize(warnings: readonly { readonly fieldRef: string; readonly warning: string }[] | undefined) {
  return warnings?.map(
    ({ fieldRef, warning }) =>
      `${fieldRef}: ${warning.split('\n')[0]!.replace(/compilation failed: ERROR: <input>:\d+:\d+: /, '')}`,
  );
}

test('tells of expressions that do not fit the objects that a policy is about, once for each generation', async () => {
  await using cluster = await createCluster({ nodes: 0, seed: 7 });
  const { client } = cluster;
  const made = await client.create(
    validatingAdmissionPolicies,
    policy('confused', {
      variables: [{ name: 'replicas', expression: 'object.spec.replicas' }],
      validations: [
        { expression: "object.spec.replicas > '1'", messageExpression: "'got ' + variables.replicas" },
        { expression: 'object.spec.template.spec.containers.all(c, c.name.size() > 1)' },
      ],
    }) as never,
  );
  await cluster.settle();
  const { status } = await client.get(validatingAdmissionPolicies, { name: 'confused' });
  assert.equal(status?.observedGeneration, 1);
  assert.deepEqual(summarize(status?.typeChecking?.expressionWarnings), [
    "spec.validations[0].expression: apps/v1, Kind=Deployment: found no matching overload for '_>_' applied to '(int, string)'",
    "spec.validations[0].messageExpression: apps/v1, Kind=Deployment: found no matching overload for '_+_' applied to '(string, int)'",
  ]);
  const [validation] = made.spec.validations!;
  const spec = { ...made.spec, validations: [{ ...validation!, expression: 'true', messageExpression: undefined }] };
  const current = await client.get(validatingAdmissionPolicies, { name: 'confused' });
  await client.update(validatingAdmissionPolicies, { ...current, spec } as never);
  await cluster.settle();
  const mended = await client.get(validatingAdmissionPolicies, { name: 'confused' });
  assert.deepEqual(mended.status, { observedGeneration: 2, typeChecking: {} });
});

test('knows the types of custom objects and of parameters', async () => {
  await using cluster = await createCluster({ nodes: 0, seed: 7 });
  const { client } = cluster;
  const openAPIV3Schema = {
    type: 'object',
    properties: { spec: { type: 'object', properties: { replicas: { type: 'integer' } } } },
  };
  await client.create(customResourceDefinitions, {
    metadata: { name: 'crontabs.example.org' },
    spec: {
      group: 'example.org',
      scope: 'Namespaced',
      names: { plural: 'crontabs', kind: 'CronTab' },
      versions: [{ name: 'v1', served: true, storage: true, schema: { openAPIV3Schema } }],
    },
  } as never);
  await cluster.settle();
  await client.create(
    validatingAdmissionPolicies,
    policy('custom', {
      matchConstraints: {
        resourceRules: [rule('example.org', 'crontabs'), rule('none', 'nowhere'), rule('*', 'pods')],
      },
      paramKind: { apiVersion: 'v1', kind: 'ConfigMap' },
      validations: [{ expression: 'object.spec.replica > 1' }, { expression: "params.dat['max'] == 'x'" }],
    }) as never,
  );
  await cluster.settle();
  const { status } = await client.get(validatingAdmissionPolicies, { name: 'custom' });
  assert.deepEqual(summarize(status?.typeChecking?.expressionWarnings), [
    "spec.validations[0].expression: example.org/v1, Kind=CronTab: undefined field 'replica'",
    "spec.validations[1].expression: example.org/v1, Kind=CronTab: undefined field 'dat'",
  ]);
});
