import { type FieldError, fieldError } from '../../machinery/index.ts';
import type { PolicyRule } from '../generated/index.ts';

/** Kubernetes: `ValidatePolicyRule`, over a role's rules. */
export function validatePolicyRules(
  rules: readonly PolicyRule[] | undefined,
  isNamespaced: boolean,
): readonly FieldError[] {
  return (rules ?? []).flatMap((rule, index) => validatePolicyRule(rule, isNamespaced, `rules[${index}]`));
}

export function validatePolicyRule(rule: PolicyRule, isNamespaced: boolean, field: string): readonly FieldError[] {
  const errors: FieldError[] = [];
  const urls = rule.nonResourceURLs ?? [];
  const groups = rule.apiGroups ?? [];
  const resources = rule.resources ?? [];
  if ((rule.verbs ?? []).length === 0)
    errors.push(fieldError.required(`${field}.verbs`, 'verbs must contain at least one value'));
  if (urls.length > 0) {
    if (isNamespaced) {
      errors.push(
        fieldError.invalid(`${field}.nonResourceURLs`, urls, 'namespaced rules cannot apply to non-resource URLs'),
      );
    }
    if (groups.length > 0 || resources.length > 0 || (rule.resourceNames ?? []).length > 0) {
      errors.push(
        fieldError.invalid(
          `${field}.nonResourceURLs`,
          urls,
          'rules cannot apply to both regular resources and non-resource URLs',
        ),
      );
    }
    return errors;
  }
  if (groups.length === 0) {
    errors.push(fieldError.required(`${field}.apiGroups`, 'resource rules must supply at least one api group'));
  }
  if (resources.length === 0) {
    errors.push(fieldError.required(`${field}.resources`, 'resource rules must supply at least one resource'));
  }
  return errors;
}
