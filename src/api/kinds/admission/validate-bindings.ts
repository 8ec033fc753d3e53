import {
  checkDns1123Subdomain,
  checkPathSegmentName,
  type FieldError,
  fieldError,
  invalidEach,
  validateLabelSelector,
} from '../../../machinery/index.ts';
import type {
  MutatingAdmissionPolicyBinding,
  ParamRef,
  ValidatingAdmissionPolicyBinding,
} from '../../generated/index.ts';
import { validateMatchResources } from './validate-match-resources.ts';

const actionNames = ['Audit', 'Deny', 'Warn'];

/** Kubernetes: `ValidateValidatingAdmissionPolicyBinding`. */
export function validateValidatingBinding(binding: ValidatingAdmissionPolicyBinding): readonly FieldError[] {
  return [
    ...validateMutatingBinding(binding),
    ...validateActions(binding.spec.validationActions ?? [], 'spec.validationActions'),
  ];
}

/** Kubernetes: `ValidateMutatingAdmissionPolicyBinding`. */
export function validateMutatingBinding({
  spec,
}: MutatingAdmissionPolicyBinding | ValidatingAdmissionPolicyBinding): readonly FieldError[] {
  const { policyName = '', paramRef, matchResources } = spec;
  return [
    ...(policyName === ''
      ? [fieldError.required('spec.policyName')]
      : invalidEach('spec.policyName', policyName, checkDns1123Subdomain(policyName))),
    ...(paramRef === undefined ? [] : validateParamRef(paramRef, 'spec.paramRef')),
    ...validateMatchResources(matchResources, 'spec.matchResources'),
  ];
}

function validateParamRef(ref: ParamRef, at: string): readonly FieldError[] {
  const { name = '', selector, parameterNotFoundAction: action = '' } = ref;
  const exclusive = 'name and selector are mutually exclusive';
  const errors: FieldError[] = [];
  if (name !== '') errors.push(...invalidEach(`${at}.name`, name, checkPathSegmentName(name)));
  if (name !== '' && selector !== undefined) errors.push(fieldError.forbidden(`${at}.name`, exclusive));
  errors.push(...validateLabelSelector(selector, `${at}.selector`));
  if (name !== '' && selector !== undefined) errors.push(fieldError.forbidden(`${at}.selector`, exclusive));
  if (name === '' && selector === undefined) {
    errors.push(fieldError.required(at, 'one of name or selector must be specified'));
  }
  const field = `${at}.parameterNotFoundAction`;
  if (action === '') errors.push(fieldError.required(field));
  else if (action !== 'Deny' && action !== 'Allow')
    errors.push(fieldError.notSupported(field, action, ['Deny', 'Allow']));
  return errors;
}

function validateActions(actions: readonly string[], at: string): readonly FieldError[] {
  if (actions.length === 0) return [fieldError.required(at, 'at least one validation action is required')];
  const errors: FieldError[] = [];
  for (const [i, action] of actions.entries()) {
    if (!actionNames.includes(action)) errors.push(fieldError.notSupported(`${at}[${i}]`, action, actionNames));
    if (actions.indexOf(action) < i) errors.push(fieldError.duplicate(`${at}[${i}]`, action));
  }
  if (actions.includes('Deny') && actions.includes('Warn')) {
    const detail =
      'must not contain both Deny and Warn (repeating the same validation failure information in the API response and headers serves no purpose)';
    errors.push(fieldError.invalid(at, actions, detail));
  }
  return errors;
}
