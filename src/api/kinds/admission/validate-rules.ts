import { checkPathSegmentName, type FieldError, fieldError, invalidEach } from '../../../machinery/index.ts';
import type { NamedRuleWithOperations } from '../../generated/index.ts';

const scopes = ['*', 'Cluster', 'Namespaced'];
const operationNames = ['*', 'CONNECT', 'CREATE', 'DELETE', 'UPDATE'];

/** Kubernetes: `validateRuleWithOperations`: which requests a webhook or a policy is about. */
export function validateRule(rule: NamedRuleWithOperations, at: string): readonly FieldError[] {
  const { operations = [], apiGroups = [], apiVersions = [], resources = [], scope } = rule;
  const errors: FieldError[] = [];
  checkList(errors, operations, `${at}.operations`, 'operations');
  for (const [i, operation] of operations.entries()) {
    if (operationNames.includes(operation)) continue;
    errors.push(fieldError.notSupported(`${at}.operations[${i}]`, operation, operationNames));
  }
  checkList(errors, apiGroups, `${at}.apiGroups`, 'API groups');
  checkList(errors, apiVersions, `${at}.apiVersions`, 'API versions');
  for (const [i, version] of apiVersions.entries()) {
    if (version === '') errors.push(fieldError.required(`${at}.apiVersions[${i}]`));
  }
  errors.push(...validateResources(resources, `${at}.resources`));
  if (scope !== undefined && !scopes.includes(scope))
    errors.push(fieldError.notSupported(`${at}.scope`, scope, scopes));
  return errors;
}

/** With the names of the objects, which only policies' rules have. */
export function validateNamedRule(rule: NamedRuleWithOperations, at: string): readonly FieldError[] {
  const errors: FieldError[] = [];
  const seen = new Set<string>();
  for (const [i, name] of (rule.resourceNames ?? []).entries()) {
    const field = `${at}.resourceNames[${i}]`;
    errors.push(...invalidEach(field, name, checkPathSegmentName(name)));
    if (seen.has(name)) errors.push(fieldError.duplicate(field, name));
    seen.add(name);
  }
  return [...errors, ...validateRule(rule, at)];
}

function checkList(errors: FieldError[], values: readonly string[], field: string, what: string): void {
  if (values.length === 0) errors.push(fieldError.required(field));
  if (values.length > 1 && values.includes('*')) {
    errors.push(fieldError.invalid(field, values, `if '*' is present, must not specify other ${what}`));
  }
}

/** Kubernetes: nothing may be said twice by wildcards. */
function validateResources(resources: readonly string[], at: string): readonly FieldError[] {
  const errors: FieldError[] = [];
  if (resources.length === 0) errors.push(fieldError.required(at));
  const allOf = new Set<string>();
  const ofAll = new Set<string>();
  let hasPlain = false;
  for (const [i, resource] of resources.entries()) {
    const field = `${at}[${i}]`;
    if (resource === '') {
      errors.push(fieldError.required(field));
      continue;
    }
    const slash = resource.indexOf('/');
    if (slash < 0) {
      hasPlain = resource !== '*';
      continue;
    }
    const whole = resource.slice(0, slash);
    const part = resource.slice(slash + 1);
    const forbid = (pattern: string): void => {
      errors.push(fieldError.invalid(field, resource, `if '${pattern}' is present, must not specify ${resource}`));
    };
    if (allOf.has(whole)) forbid(`${whole}/*`);
    if (ofAll.has(part)) forbid(`*/${part}`);
    if (part === '*') allOf.add(whole);
    if (whole === '*') ofAll.add(part);
  }
  if (resources.length > 1 && resources.includes('*/*')) {
    errors.push(fieldError.invalid(at, resources, "if '*/*' is present, must not specify other resources"));
  }
  if (resources.includes('*') && hasPlain) {
    const detail = "if '*' is present, must not specify other resources without subresources";
    errors.push(fieldError.invalid(at, resources, detail));
  }
  return errors;
}
