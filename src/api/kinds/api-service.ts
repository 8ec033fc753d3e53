import {
  checkDns1035Label,
  checkDns1123Subdomain,
  checkPathSegmentName,
  checkPortNumber,
  type FieldError,
  fieldError,
  invalidEach,
} from '../../machinery/index.ts';
import { type APIService, type APIServiceCondition, apiServices } from '../generated/index.ts';
import { defineKind } from './define-kind.ts';
import { changeField, fillDefaults } from './fill-defaults.ts';
import { statusRules } from './status-rules.ts';
import { ageColumn, nameColumn, textColumn } from './table-columns.ts';

function formatAvailable({ status }: APIService): string {
  const available = status?.conditions?.find(condition => condition.type === 'Available');
  if (available === undefined) return 'Unknown';
  return available.status === 'True' ? 'True' : `${available.status} (${available.reason ?? ''})`;
}

function locallyAvailable(now: string): APIServiceCondition {
  return {
    type: 'Available',
    status: 'True',
    lastTransitionTime: now,
    reason: 'Local',
    message: 'Local APIServices are always available',
  };
}

/** Kubernetes: `ValidateAPIService`. */
function validateApiService({ metadata, spec }: APIService): readonly FieldError[] {
  const { group = '', version = '' } = spec;
  const errors: FieldError[] = [];
  const expected = `${version}.${group}`;
  if (metadata.name !== expected) {
    const name = metadata.name ?? '';
    errors.push(fieldError.invalid('metadata.name', name, `must be \`spec.version+"."+spec.group\`: "${expected}"`));
  }
  if (group === '' && version !== 'v1') {
    errors.push(fieldError.required('spec.group', 'only v1 may have an empty group and it better be legacy kube'));
  }
  if (group !== '') errors.push(...invalidEach('spec.group', group, checkDns1123Subdomain(group)));
  errors.push(...invalidEach('spec.version', version, checkDns1035Label(version)));
  errors.push(...validatePriority('spec.groupPriorityMinimum', spec.groupPriorityMinimum, 20_000));
  errors.push(...validatePriority('spec.versionPriority', spec.versionPriority, 1000));
  return [...errors, ...(spec.service === undefined ? validateLocal(spec) : validateRemote(spec, spec.service))];
}

function validatePriority(field: string, value: number | undefined, max: number): readonly FieldError[] {
  if (value !== undefined && value > 0 && value <= max) return [];
  return [fieldError.invalid(field, value ?? 0, `must be positive and less than ${max}`)];
}

function validateLocal({ caBundle = '', insecureSkipTLSVerify = false }: APIService['spec']): readonly FieldError[] {
  const errors: FieldError[] = [];
  if (caBundle !== '') {
    const bytes = `${countDecodedBytes(caBundle)} bytes`;
    errors.push(fieldError.invalid('spec.caBundle', bytes, 'local APIServices may not have a caBundle'));
  }
  if (insecureSkipTLSVerify) {
    const detail = 'local APIServices may not have insecureSkipTLSVerify';
    errors.push(fieldError.invalid('spec.insecureSkipTLSVerify', true, detail));
  }
  return errors;
}

function validateRemote(
  { caBundle = '', insecureSkipTLSVerify = false }: APIService['spec'],
  { namespace = '', name = '', port = 443 }: NonNullable<APIService['spec']['service']>,
): readonly FieldError[] {
  const errors: FieldError[] = [];
  if (namespace === '') errors.push(fieldError.required('spec.service.namespace', ''));
  if (name === '') errors.push(fieldError.required('spec.service.name', ''));
  const problems = checkPortNumber(port);
  if (problems.length > 0) {
    errors.push(fieldError.invalid('spec.service.port', port, `port is not valid: ${problems.join(', ')}`));
  }
  if (insecureSkipTLSVerify && caBundle !== '') {
    errors.push(fieldError.invalid('spec.insecureSkipTLSVerify', true, 'may not be true if caBundle is present'));
  }
  return errors;
}

/** Of a text in base64. */
function countDecodedBytes(text: string): number {
  return Math.floor((text.replace(/=+$/, '').length * 3) / 4);
}

const conditionStatuses = ['True', 'False', 'Unknown'];

/** Kubernetes: `ValidateAPIServiceStatus`. */
function validateStatus({ status }: APIService): readonly FieldError[] {
  return (status?.conditions ?? []).flatMap((condition, i) =>
    conditionStatuses.includes(condition.status)
      ? []
      : [fieldError.notSupported(`status.conditions[${i}].status`, condition.status, conditionStatuses)],
  );
}

export const apiService = defineKind(apiServices, {
  takesPlainFinalizers: true,
  hasGeneration: false,
  requiresResourceVersion: true,
  // The core group's name ends in a dot: `v1.`.
  validateName: name => checkPathSegmentName(name),
  setDefaults: object =>
    changeField(object, 'spec', spec => changeField(spec, 'service', service => fillDefaults(service, { port: 443 }))),
  // Kubernetes: what this server serves itself is available from the first.
  prepareForCreate: (object, { now }) => ({
    ...object,
    status: object.spec.service === undefined ? { conditions: [locallyAvailable(now)] } : {},
  }),
  validateCreate: validateApiService,
  status: statusRules<APIService>({ validateUpdate: validateStatus }),
  columns: [
    nameColumn,
    textColumn<APIService>('Service', 'Who serves it.', ({ spec }) =>
      spec.service === undefined ? 'Local' : `${spec.service.namespace}/${spec.service.name}`,
    ),
    textColumn<APIService>('Available', 'Whether it can be reached.', formatAvailable),
    ageColumn,
  ],
});
