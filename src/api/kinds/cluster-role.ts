import {
  type FieldError,
  fieldError,
  nameChecks,
  readLabelSelector,
  validateLabelSelector,
} from '../../machinery/index.ts';
import { type ClusterRole, clusterRoles } from '../generated/index.ts';
import { defineKind } from './define-kind.ts';
import { validatePolicyRules } from './policy-rules.ts';

function validateClusterRole(role: ClusterRole): readonly FieldError[] {
  const errors: FieldError[] = [...validatePolicyRules(role.rules, false)];
  if (role.aggregationRule === undefined) return errors;
  const selectors = role.aggregationRule.clusterRoleSelectors ?? [];
  if (selectors.length === 0) {
    return [
      ...errors,
      fieldError.required(
        'aggregationRule.clusterRoleSelectors',
        'at least one clusterRoleSelector required if aggregationRule is non-nil',
      ),
    ];
  }
  for (const [index, selector] of selectors.entries()) {
    const field = `aggregationRule.clusterRoleSelectors[${index}]`;
    errors.push(...validateLabelSelector(selector, field));
    if (readLabelSelector(selector).value === undefined) {
      // Kubernetes: shows what the selector was to become, which is nothing.
      errors.push(fieldError.invalid(field, null, 'invalid label selector.'));
    }
  }
  return errors;
}

export const clusterRole = defineKind(clusterRoles, {
  hasGeneration: false,
  canCreateOnUpdate: true,
  validateName: nameChecks.pathSegment,
  validateCreate: validateClusterRole,
});
