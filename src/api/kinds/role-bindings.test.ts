import assert from 'node:assert/strict';
import { it } from 'node:test';
import { formatFieldError } from '../../machinery/index.ts';
import { bindingRules } from './role-bindings.ts';

it('refuses to bind another role, printed as Go prints it', () => {
  const rules = bindingRules(['ClusterRole'], false);
  const apiGroup = 'rbac.authorization.k8s.io';
  const binding = { metadata: { name: 'b' }, roleRef: { apiGroup, kind: 'ClusterRole', name: 'view' } };
  const other = { ...binding, roleRef: { ...binding.roleRef, name: 'edit' } };
  assert.deepEqual(rules.validateUpdate?.(binding, binding), []);
  assert.deepEqual(rules.validateUpdate?.(other, binding).map(formatFieldError), [
    'roleRef: Invalid value: {"APIGroup":"rbac.authorization.k8s.io","Kind":"ClusterRole","Name":"edit"}: cannot change roleRef',
  ]);
});
