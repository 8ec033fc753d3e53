import {
  checkDns1123Subdomain,
  type Decoded,
  decodeJson,
  type FieldError,
  fieldError,
  formatFieldErrors,
  loadYamlDecoder,
} from '../../machinery/index.ts';

export type AuditLevel = 'None' | 'Metadata' | 'Request' | 'RequestResponse';
export type AuditStage = 'RequestReceived' | 'ResponseStarted' | 'ResponseComplete' | 'Panic';

/** Kubernetes: `audit.k8s.io/v1` Policy. */
export interface AuditPolicy {
  readonly rules: readonly AuditRule[];
  readonly omitStages?: readonly AuditStage[] | undefined;
  readonly omitManagedFields?: boolean | undefined;
}

/** What is told of the requests that it matches. A list that is absent or empty allows everything. */
export interface AuditRule {
  readonly level: AuditLevel;
  readonly users?: readonly string[] | undefined;
  readonly userGroups?: readonly string[] | undefined;
  readonly verbs?: readonly string[] | undefined;
  readonly resources?: readonly AuditedResources[] | undefined;
  readonly namespaces?: readonly string[] | undefined;
  readonly nonResourceURLs?: readonly string[] | undefined;
  readonly omitStages?: readonly AuditStage[] | undefined;
  readonly omitManagedFields?: boolean | undefined;
}

export interface AuditedResources {
  readonly group?: string | undefined;
  /** `pods`, `pods/log`, `pods/*`, `*\/scale`. */
  readonly resources?: readonly string[] | undefined;
  readonly resourceNames?: readonly string[] | undefined;
}

/** A policy that cannot be used; the message says what is wrong with it. */
export class AuditPolicyError extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'AuditPolicyError';
  }
}

const levels = ['None', 'Metadata', 'Request', 'RequestResponse'];
const stages = ['RequestReceived', 'ResponseStarted', 'ResponseComplete', 'Panic'];

/** Reads a policy in YAML or JSON. Throws an `AuditPolicyError`. */
export async function parseAuditPolicy(text: string): Promise<AuditPolicy> {
  const value = valueFrom(text.trimStart().startsWith('{') ? decodeJson(text) : (await loadYamlDecoder())(text));
  const { apiVersion, kind } = value;
  if (apiVersion !== 'audit.k8s.io/v1' || kind !== 'Policy') {
    throw new AuditPolicyError(
      `failed decoding: no kind ${JSON.stringify(kind ?? '')} is registered for version ${JSON.stringify(apiVersion ?? '')}`,
    );
  }
  const policy = value as unknown as AuditPolicy;
  checkShape(policy);
  const errors = validatePolicy(policy);
  if (errors.length > 0) throw new AuditPolicyError(formatFieldErrors(errors));
  if ((policy.rules ?? []).length === 0) throw new AuditPolicyError('loaded illegal policy with 0 rules');
  return policy;
}

function valueFrom(decoded: Decoded): Readonly<Record<string, unknown>> {
  if (decoded.problem !== undefined) throw new AuditPolicyError(`failed decoding: ${decoded.problem}`);
  const { value } = decoded;
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as Record<string, unknown>;
  throw new AuditPolicyError('failed decoding: the policy is no object');
}

const listFields = ['users', 'userGroups', 'verbs', 'namespaces', 'nonResourceURLs', 'omitStages'] as const;

/** What is no list of texts would match in surprising ways. */
function checkShape(policy: AuditPolicy): void {
  checkList('rules', policy.rules, isObject);
  checkList('omitStages', policy.omitStages, isText);
  for (const [i, rule] of (policy.rules ?? []).entries()) {
    for (const field of listFields) checkList(`rules[${i}].${field}`, rule[field], isText);
    checkList(`rules[${i}].resources`, rule.resources, isObject);
    for (const [j, one] of (rule.resources ?? []).entries()) {
      checkList(`rules[${i}].resources[${j}].resources`, one.resources, isText);
      checkList(`rules[${i}].resources[${j}].resourceNames`, one.resourceNames, isText);
    }
  }
}

function checkList(field: string, value: unknown, isItem: (item: unknown) => boolean): void {
  if (value === undefined || value === null) return;
  if (Array.isArray(value) && value.every(isItem)) return;
  throw new AuditPolicyError(`failed decoding: ${field} is not a list of what belongs there`);
}

function isText(value: unknown): boolean {
  return typeof value === 'string';
}

function isObject(value: unknown): boolean {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Kubernetes: `ValidatePolicy`. */
function validatePolicy(policy: AuditPolicy): readonly FieldError[] {
  return [
    ...validateStages(policy.omitStages, 'omitStages'),
    ...(policy.rules ?? []).flatMap((rule, i) => validateRule(rule, `rules[${i}]`)),
  ];
}

function validateRule(rule: AuditRule, field: string): readonly FieldError[] {
  const { level, nonResourceURLs: urls = [], resources = [], namespaces = [] } = rule;
  const errors: FieldError[] = [];
  if (!level) errors.push(fieldError.required(`${field}.level`));
  else if (!levels.includes(level)) errors.push(fieldError.notSupported(`${field}.level`, level, levels));
  const urlField = `${field}.nonResourceURLs`;
  for (const [i, url] of (urls ?? []).entries()) errors.push(...validateUrl(url, `${urlField}[${i}]`));
  for (const one of resources ?? []) errors.push(...validateResources(one, `${field}.resources`));
  errors.push(...validateStages(rule.omitStages, `${field}.omitStages`));
  if ((urls ?? []).length > 0 && ((resources ?? []).length > 0 || (namespaces ?? []).length > 0)) {
    const text = 'rules cannot apply to both regular resources and non-resource URLs';
    errors.push(fieldError.invalid(urlField, urls, text));
  }
  return errors;
}

function validateUrl(url: string, field: string): readonly FieldError[] {
  if (url === '*') return [];
  const errors: FieldError[] = [];
  if (!url.startsWith('/')) {
    errors.push(fieldError.invalid(field, url, "non-resource URL rules must begin with a '/' character"));
  }
  if (url.slice(0, -1).includes('*')) {
    const text = "non-resource URL wildcards '*' must be the final character of the rule";
    errors.push(fieldError.invalid(field, url, text));
  }
  return errors;
}

function validateResources(
  { group, resources, resourceNames }: AuditedResources,
  field: string,
): readonly FieldError[] {
  const errors: FieldError[] = [];
  const problems = group && group !== '*' ? checkDns1123Subdomain(group) : [];
  if (problems.length > 0) errors.push(fieldError.invalid(`${field}.group`, group, problems.join(',')));
  if ((resourceNames ?? []).length > 0 && (resources ?? []).length === 0) {
    const text = 'using resourceNames requires at least one resource';
    errors.push(fieldError.invalid(`${field}.resourceNames`, resourceNames, text));
  }
  return errors;
}

function validateStages(omitted: readonly string[] | undefined, field: string): readonly FieldError[] {
  const text = `allowed stages are ${stages.join(',')}`;
  return (omitted ?? []).flatMap((stage, i) =>
    stages.includes(stage) ? [] : [fieldError.invalid(`${field}[${i}]`, stage, text)],
  );
}
