import { checkDns1123Label, checkDns1123Subdomain, type FieldError, fieldError } from '../../../machinery/index.ts';
import type {
  NonResourcePolicyRule,
  PolicyRulesWithSubjects,
  ResourcePolicyRule,
  ServiceAccountSubject,
} from '../../generated/index.ts';

type FlowSubject = PolicyRulesWithSubjects['subjects'][number];

const verbs = ['create', 'delete', 'deletecollection', 'get', 'list', 'patch', 'proxy', 'update', 'watch'];

/** Kubernetes: `ValidateFlowSchemaPolicyRulesWithSubjects`. */
export function validateFlowRule(rule: PolicyRulesWithSubjects, field: string): readonly FieldError[] {
  const { subjects = [], resourceRules = [], nonResourceRules = [] } = rule;
  const errors: FieldError[] = [];
  if (subjects.length === 0) {
    errors.push(fieldError.required(`${field}.subjects`, 'subjects must contain at least one value'));
  }
  for (const [i, subject] of subjects.entries()) errors.push(...validateSubject(subject, `${field}.subjects[${i}]`));
  if (resourceRules.length === 0 && nonResourceRules.length === 0) {
    errors.push(fieldError.required(field, 'at least one of resourceRules and nonResourceRules has to be non-empty'));
  }
  for (const [i, one] of resourceRules.entries()) {
    errors.push(...validateResourceRule(one, `${field}.resourceRules[${i}]`));
  }
  for (const [i, one] of nonResourceRules.entries()) {
    errors.push(...validateNonResourceRule(one, `${field}.nonResourceRules[${i}]`));
  }
  return errors;
}

const memberOfKind: Readonly<Record<string, 'user' | 'group' | 'serviceAccount'>> = {
  ServiceAccount: 'serviceAccount',
  User: 'user',
  Group: 'group',
};

function validateSubject(subject: FlowSubject, field: string): readonly FieldError[] {
  const { kind } = subject;
  const own = memberOfKind[kind];
  if (own === undefined) return [fieldError.notSupported(`${field}.kind`, kind, ['Group', 'ServiceAccount', 'User'])];
  const errors = [...validateMember(subject, own, field)];
  // In upstream's order, which puts the kind's own member first.
  for (const other of own === 'serviceAccount' ? (['user', 'group'] as const) : otherMembers(own)) {
    if (subject[other] === undefined) continue;
    const name = other[0]!.toUpperCase() + other.slice(1);
    errors.push(fieldError.forbidden(`${field}.${other}`, `${other} is forbidden when subject kind is not '${name}'`));
  }
  return errors;
}

function otherMembers(own: 'user' | 'group'): readonly ('serviceAccount' | 'user' | 'group')[] {
  return own === 'user' ? ['serviceAccount', 'group'] : ['serviceAccount', 'user'];
}

function validateMember(
  subject: FlowSubject,
  own: 'user' | 'group' | 'serviceAccount',
  field: string,
): readonly FieldError[] {
  const member = subject[own];
  const path = `${field}.${own}`;
  if (member === undefined)
    return [fieldError.required(path, `${own} is required when subject kind is '${subject.kind}'`)];
  if (own === 'serviceAccount') return validateAccount(member as ServiceAccountSubject, path);
  return member.name ? [] : [fieldError.required(`${path}.name`)];
}

function validateAccount({ name, namespace }: ServiceAccountSubject, field: string): readonly FieldError[] {
  const errors: FieldError[] = [];
  if (!name) errors.push(fieldError.required(`${field}.name`));
  else if (name !== '*') {
    for (const text of checkDns1123Subdomain(name)) errors.push(fieldError.invalid(`${field}.name`, name, text));
  }
  if (!namespace) {
    errors.push(fieldError.required(`${field}.namespace`, 'must specify namespace for service account'));
  } else {
    for (const text of checkDns1123Label(namespace)) {
      errors.push(fieldError.invalid(`${field}.namespace`, namespace, text));
    }
  }
  return errors;
}

function validateVerbs(wanted: readonly string[], field: string): readonly FieldError[] {
  if (wanted.length === 0) return [fieldError.required(field, 'verbs must contain at least one value')];
  if (wanted.includes('*')) return validateAlone(wanted, field, 'verbs');
  return wanted.every(verb => verbs.includes(verb)) ? [] : [fieldError.notSupported(field, wanted, verbs)];
}

/** A `*` stands for everything and so stands alone. */
function validateAlone(values: readonly string[], field: string, what: string): readonly FieldError[] {
  if (values.length <= 1 || !values.includes('*')) return [];
  return [fieldError.invalid(field, values, `if '*' is present, must not specify other ${what}`)];
}

function validateNonResourceRule(rule: NonResourcePolicyRule, field: string): readonly FieldError[] {
  const urls = rule.nonResourceURLs ?? [];
  const path = `${field}.nonResourceURLs`;
  const errors = [...validateVerbs(rule.verbs ?? [], `${field}.verbs`)];
  if (urls.length === 0) {
    return [...errors, fieldError.required(path, 'nonResourceURLs must contain at least one value')];
  }
  if (urls.includes('*')) return [...errors, ...validateAlone(urls, path, 'non-resource URLs')];
  for (const [i, url] of urls.entries()) {
    const problem = describeUrl(url);
    if (problem !== undefined) errors.push(fieldError.invalid(`${path}[${i}]`, url, problem));
  }
  return errors;
}

/** Kubernetes: `ValidateNonResourceURLPath`. */
function describeUrl(url: string): string | undefined {
  if (url === '') return 'must not be empty';
  if (url === '/') return undefined;
  if (!url.startsWith('/')) return 'must start with slash';
  if (url.includes(' ')) return 'must not contain white-space';
  if (url.includes('//')) return 'must not contain double slash';
  const star = url.indexOf('*');
  const isSuffix = star === url.length - 1 && url.endsWith('/*');
  return star < 0 || isSuffix ? undefined : 'wildcard can only do suffix matching';
}

function validateResourceRule(rule: ResourcePolicyRule, field: string): readonly FieldError[] {
  const { apiGroups = [], resources = [] } = rule;
  const errors = [...validateVerbs(rule.verbs ?? [], `${field}.verbs`)];
  if (apiGroups.length === 0) {
    errors.push(fieldError.required(`${field}.apiGroups`, 'resource rules must supply at least one api group'));
  }
  errors.push(...validateAlone(apiGroups, `${field}.apiGroups`, 'api groups'));
  if (resources.length === 0) {
    errors.push(fieldError.required(`${field}.resources`, 'resource rules must supply at least one resource'));
  }
  errors.push(...validateAlone(resources, `${field}.resources`, 'resources'));
  return [...errors, ...validateNamespaces(rule, `${field}.namespaces`)];
}

function validateNamespaces(
  { namespaces = [], clusterScope }: ResourcePolicyRule,
  field: string,
): readonly FieldError[] {
  if (namespaces.length === 0 && clusterScope !== true) {
    const text = 'resource rules that are not cluster scoped must supply at least one namespace';
    return [fieldError.required(field, text)];
  }
  if (namespaces.includes('*')) return validateAlone(namespaces, field, 'namespaces');
  const intro = "each member of this list must be '*' or a DNS-1123 label; ";
  return namespaces.flatMap((name, i) =>
    checkDns1123Label(name).map(text => fieldError.invalid(`${field}[${i}]`, name, intro + text)),
  );
}
