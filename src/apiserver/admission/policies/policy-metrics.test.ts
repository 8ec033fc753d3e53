import assert from 'node:assert/strict';
import { test } from 'node:test';
import { refusalOf, TestServer } from '../../../../test/fixtures/test-server.ts';
import {
  configMaps,
  type ValidatingAdmissionPolicy,
  validatingAdmissionPolicies,
  validatingAdmissionPolicyBindings,
} from '../../../api/generated/index.ts';

const resourceRules = [{ apiGroups: [''], apiVersions: ['v1'], operations: ['CREATE'], resources: ['configmaps'] }];

type Actions = ('Audit' | 'Deny' | 'Warn')[];

async function enforce(
  api: TestServer,
  name: string,
  spec: ValidatingAdmissionPolicy['spec'],
  validationActions: Actions,
): Promise<void> {
  const metadata = { name };
  await api.client.create(validatingAdmissionPolicies, {
    metadata,
    spec: { matchConstraints: { resourceRules }, ...spec },
  });
  await api.client.create(validatingAdmissionPolicyBindings, {
    metadata: { name: `${name}-here` },
    spec: { policyName: name, validationActions },
  });
}

const refuse = { validations: [{ expression: 'size(object.data) < 1' }, { expression: 'true' }] };
const fail = [{ expression: 'object.data["missing"] == "x"' }];

test('counts what policies object to, by what comes of it', async () => {
  using api = await TestServer.start();
  await enforce(api, 'a', refuse, ['Warn', 'Audit']);
  await enforce(api, 'b', { validations: fail, failurePolicy: 'Ignore' }, ['Deny']);
  await api.client.create(configMaps, { metadata: { name: 'm', namespace: 'default' }, data: { a: 'b' } });
  await enforce(api, 'c', { validations: fail, failurePolicy: 'Fail' }, ['Deny']);
  await refusalOf(api.client.create(configMaps, { metadata: { name: 'n', namespace: 'default' }, data: { a: 'b' } }));

  const lines = api.server.formatMetrics().split('\n');
  const name = 'apiserver_validating_admission_policy_check';
  assert.deepEqual(
    lines.filter(line => line.startsWith(`${name}_total{`)).map(line => line.slice(name.length + 6)),
    [
      '{enforcement_action="warn",error_type="invalid_error",policy="a",policy_binding="a-here"} 2',
      '{enforcement_action="audit",error_type="invalid_error",policy="a",policy_binding="a-here"} 2',
      '{enforcement_action="allow",error_type="invalid_error",policy="b",policy_binding="b-here"} 2',
      '{enforcement_action="deny",error_type="invalid_error",policy="c",policy_binding="c-here"} 1',
    ],
  );
  assert.equal(lines.filter(line => line.startsWith(`${name}_duration_seconds_count{`)).length, 4);
});
