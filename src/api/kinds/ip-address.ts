import {
  checkDns1123Subdomain,
  type FieldError,
  fieldError,
  invalidEach,
  validateImmutable,
  validateIp,
} from '../../machinery/index.ts';
import { type IPAddress, ipAddresses } from '../generated/index.ts';
import { defineKind } from './define-kind.ts';
import { checkRequiredName } from './reference-checks.ts';
import { nameColumn, textColumn } from './table-columns.ts';

function formatParent({ spec }: IPAddress): string {
  const parent = spec?.parentRef;
  if (parent === undefined) return '<none>';
  const name = parent.resource ?? '';
  const resource = (parent.group ?? '') === '' ? name : `${name}.${parent.group}`;
  const namespace = (parent.namespace ?? '') === '' ? '' : `/${parent.namespace}`;
  return `${resource.toLowerCase()}${namespace}/${parent.name ?? ''}`;
}

/** Kubernetes: `ValidateIPAddressName`. */
function checkName(name: string): readonly string[] {
  return validateIp('', name).map(error => error.detail);
}

/** Kubernetes: `ValidateIPAddress`. */
function validateAddress({ spec }: IPAddress): readonly FieldError[] {
  const parent = spec?.parentRef;
  if (parent === undefined) return [fieldError.required('spec.parentRef')];
  const errors: FieldError[] = [];
  const { group = '', namespace = '' } = parent;
  if (group !== '') errors.push(...invalidEach('spec.parentRef.group', group, checkDns1123Subdomain(group)));
  checkRequiredName(errors, 'spec.parentRef.resource', parent.resource);
  checkRequiredName(errors, 'spec.parentRef.name', parent.name);
  if (namespace !== '') checkRequiredName(errors, 'spec.parentRef.namespace', namespace);
  return errors;
}

export const ipAddress = defineKind(ipAddresses, {
  hasGeneration: false,
  validateName: checkName,
  validateCreate: validateAddress,
  validateUpdate: (object, old) => validateImmutable(object.spec?.parentRef, old.spec?.parentRef, 'spec.parentRef'),
  selectableFields: {},
  columns: [nameColumn, textColumn<IPAddress>('ParentRef', 'What uses it.', formatParent)],
});
