import {
  checkDns1035Label,
  checkDns1123Subdomain,
  checkQualifiedName,
  type FieldError,
  fieldError,
  invalidEach,
} from '../../../machinery/index.ts';
import type {
  AuditAnnotation,
  MatchCondition,
  MatchResources,
  MutatingAdmissionPolicy,
  Mutation,
  ParamKind,
  ValidatingAdmissionPolicy,
  Validation,
  Variable,
} from '../../generated/index.ts';
import { validateConditions } from './validate-conditions.ts';
import { validateMatchResources } from './validate-match-resources.ts';
import { failurePolicies, reinvocationPolicies, validateChoice } from './validate-webhooks.ts';

/** What both sorts of policies say. */
interface PolicyFrame {
  readonly failurePolicy?: string | undefined;
  readonly paramKind?: ParamKind | undefined;
  readonly matchConstraints?: MatchResources | undefined;
  readonly matchConditions?: readonly MatchCondition[] | undefined;
  readonly variables?: readonly Variable[] | undefined;
}

const reasons = ['Forbidden', 'Invalid', 'RequestEntityTooLarge'];
const patchTypes = ['ApplyConfiguration', 'JSONPatch'];
const mutatedOperations = ['*', 'CONNECT', 'CREATE', 'UPDATE'];
const auditAnnotationsMax = 20;
const valueExpressionLengthMax = 5 * 1024;

/** Kubernetes: `ValidateValidatingAdmissionPolicy`, but for compiling, which the server does where it has CEL. */
export function validateValidatingPolicy({ metadata, spec }: ValidatingAdmissionPolicy): readonly FieldError[] {
  const { validations = [], auditAnnotations = [] } = spec;
  const errors = [...validateFrame(spec)];
  if (validations.length === 0 && auditAnnotations.length === 0) {
    const detail = 'validations or auditAnnotations must contain at least one item';
    return [
      ...errors,
      fieldError.required('spec.validations', detail),
      fieldError.required('spec.auditAnnotations', detail),
    ];
  }
  errors.push(...validations.flatMap((validation, i) => validateValidation(validation, `spec.validations[${i}]`)));
  if (auditAnnotations.length > auditAnnotationsMax) {
    const detail = `must not have more than ${auditAnnotationsMax} auditAnnotations`;
    errors.push(fieldError.invalid('spec.auditAnnotations', auditAnnotations, detail));
  }
  const keys = new Set<string>();
  for (const [i, annotation] of auditAnnotations.entries()) {
    const at = `spec.auditAnnotations[${i}]`;
    errors.push(...validateAuditAnnotation(annotation, metadata.name ?? '', at));
    if (keys.has(annotation.key)) errors.push(fieldError.duplicate(`${at}.key`, annotation.key));
    keys.add(annotation.key);
  }
  return errors;
}

/** Kubernetes: `ValidateMutatingAdmissionPolicy`, but for compiling. */
export function validateMutatingPolicy({ spec }: MutatingAdmissionPolicy): readonly FieldError[] {
  const { mutations = [], reinvocationPolicy = '', matchConstraints } = spec;
  const operations = (matchConstraints?.resourceRules ?? []).flatMap(rule => rule.operations ?? []);
  return [
    ...validateFrame(
      spec,
      operations.flatMap(operation =>
        validateChoice(operation, mutatedOperations, 'spec.matchConstraints.resourceRules.operations'),
      ),
    ),
    ...(mutations.length === 0
      ? [fieldError.required('spec.mutations', 'mutations must contain at least one item')]
      : mutations.flatMap((mutation, i) => validateMutation(mutation, `spec.mutations[${i}]`))),
    ...(reinvocationPolicy === ''
      ? [fieldError.required('spec.reinvocationPolicy')]
      : validateChoice(reinvocationPolicy, reinvocationPolicies, 'spec.reinvocationPolicy')),
  ];
}

function validateFrame(spec: PolicyFrame, ofConstraints: readonly FieldError[] = []): readonly FieldError[] {
  const { failurePolicy, paramKind, matchConstraints, matchConditions, variables = [] } = spec;
  return [
    ...(failurePolicy === undefined
      ? [fieldError.required('spec.failurePolicy')]
      : validateChoice(failurePolicy, failurePolicies, 'spec.failurePolicy')),
    ...(paramKind === undefined ? [] : validateParamKind(paramKind, 'spec.paramKind')),
    ...validateConstraints(matchConstraints, 'spec.matchConstraints'),
    ...ofConstraints,
    ...validateConditions(matchConditions, 'spec.matchConditions'),
    ...variables.flatMap((variable, i) => validateVariable(variable, `spec.variables[${i}]`)),
  ];
}

function validateConstraints(match: MatchResources | undefined, at: string): readonly FieldError[] {
  if (match === undefined) return [fieldError.required(at)];
  const errors = validateMatchResources(match, at);
  return (match.resourceRules ?? []).length > 0 ? errors : [...errors, fieldError.required(`${at}.resourceRules`)];
}

function validateParamKind({ apiVersion = '', kind = '' }: ParamKind, at: string): readonly FieldError[] {
  return [...validateApiVersion(apiVersion, `${at}.apiVersion`), ...validateKind(kind, `${at}.kind`)];
}

function validateApiVersion(apiVersion: string, field: string): readonly FieldError[] {
  if (apiVersion === '') return [fieldError.required(field)];
  const parts = apiVersion === '/' ? ['', ''] : apiVersion.split('/');
  if (parts.length > 2) {
    return [fieldError.invalid(field, apiVersion, `unexpected GroupVersion string: ${apiVersion}`)];
  }
  const [group, version] = parts.length === 1 ? ['', parts[0]!] : [parts[0]!, parts[1]!];
  const ofGroup = group === '' ? [] : checkDns1123Subdomain(group);
  const errors = ofGroup.length === 0 ? [] : [fieldError.invalid(field, group, ofGroup.join(','))];
  if (version === '') return [...errors, fieldError.invalid(field, apiVersion, 'version must be specified')];
  const ofVersion = checkDns1035Label(version);
  return ofVersion.length === 0 ? errors : [...errors, fieldError.invalid(field, version, ofVersion.join(','))];
}

function validateKind(kind: string, field: string): readonly FieldError[] {
  if (kind === '') return [fieldError.required(field)];
  const problems = checkDns1035Label(kind.toLowerCase());
  if (problems.length === 0) return [];
  const detail = `may have mixed case, but should otherwise match: ${problems.join(',')}`;
  return [fieldError.invalid(field, kind, detail)];
}

const identifier = /^[_a-zA-Z][_a-zA-Z0-9]*$/;
const reserved: ReadonlySet<string> = new Set(
  'true false null in as break const continue else for function if import let loop package namespace return var void while'.split(
    ' ',
  ),
);

function validateVariable({ name = '', expression = '' }: Variable, at: string): readonly FieldError[] {
  const errors: FieldError[] = [];
  if (name.trim() === '') errors.push(fieldError.required(`${at}.name`, 'name is not specified'));
  else if (!identifier.test(name) || reserved.has(name)) {
    errors.push(fieldError.invalid(`${at}.name`, name, 'must be a valid CEL identifier'));
  }
  if (expression.trim() === '') {
    errors.push(fieldError.required(`${at}.expression`, 'expression is not specified'));
  }
  return errors;
}

function validateValidation(validation: Validation, at: string): readonly FieldError[] {
  const { expression = '', message = '', messageExpression = '', reason } = validation;
  const errors: FieldError[] = [];
  if (expression.trim() === '') errors.push(fieldError.required(`${at}.expression`, 'expression is not specified'));
  const demandText = (text: string, field: string): void => {
    if (text !== '' && text.trim() === '') {
      errors.push(fieldError.invalid(field, text, 'must be non-empty if specified'));
    }
  };
  demandText(messageExpression, `${at}.messageExpression`);
  demandText(message, `${at}.message`);
  if (/[\n\r]/.test(message.trim())) {
    errors.push(fieldError.invalid(`${at}.message`, message, 'must not contain line breaks'));
  }
  return [...errors, ...validateChoice(reason, reasons, `${at}.reason`)];
}

function validateAuditAnnotation(annotation: AuditAnnotation, policy: string, at: string): readonly FieldError[] {
  const { key = '', valueExpression = '' } = annotation;
  const name = `${policy}/${key}`;
  const errors: FieldError[] =
    policy === ''
      ? [fieldError.invalid(`${at}.key`, key, 'requires metadata.name be non-empty')]
      : [...invalidEach(`${at}.key`, name, checkQualifiedName(name))];
  const expression = valueExpression.trim();
  if (expression === '') {
    errors.push(fieldError.required(`${at}.valueExpression`, 'valueExpression is not specified'));
  } else if (expression.length > valueExpressionLengthMax) {
    const detail = `must not exceed ${valueExpressionLengthMax} bytes in length`;
    errors.push(fieldError.required(`${at}.valueExpression`, detail));
  }
  return errors;
}

function validateMutation({ patchType, jsonPatch, applyConfiguration }: Mutation, at: string): readonly FieldError[] {
  if (!patchType) return [fieldError.required(`${at}.patchType`)];
  if (!patchTypes.includes(patchType)) return [fieldError.notSupported(`${at}.patchType`, patchType, patchTypes)];
  const isPatch = patchType === 'JSONPatch';
  const [wanted, wantedField] = isPatch ? [jsonPatch, 'jsonPatch'] : [applyConfiguration, 'applyConfiguration'];
  const [other, otherField] = isPatch ? [applyConfiguration, 'applyConfiguration'] : [jsonPatch, 'jsonPatch'];
  const errors: FieldError[] = [];
  if (wanted === undefined) {
    errors.push(fieldError.required(`${at}.${wantedField}`, `must be specified when patchType is ${patchType}`));
  } else if ((wanted.expression ?? '').trim() === '')
    errors.push(fieldError.required(`${at}.${wantedField}.expression`));
  if (other !== undefined) {
    const detail = `must not be specified when patchType is ${patchType}`;
    errors.push(fieldError.invalid(`${at}.${otherField}`, `{${otherField}}`, detail));
  }
  return errors;
}
