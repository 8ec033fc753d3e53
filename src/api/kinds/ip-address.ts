import { type FieldError, fieldError, formatIp, parseIp } from '../../machinery/index.ts';
import { type IPAddress, ipAddresses } from '../generated/index.ts';
import { defineKind } from './define-kind.ts';
import { ageColumn, nameColumn, textColumn } from './table-columns.ts';

function formatParent({ spec }: IPAddress): string {
  const parent = spec?.parentRef;
  if (parent === undefined) return '<none>';
  const resource = (parent.group ?? '') === '' ? parent.resource : `${parent.resource}.${parent.group}`;
  const namespace = (parent.namespace ?? '') === '' ? '' : `/${parent.namespace}`;
  return `${resource.toLowerCase()}${namespace}/${parent.name}`;
}

/** Kubernetes: `ValidateIPAddressName`. */
function checkName(name: string): readonly string[] {
  const ip = parseIp(name);
  if (ip === undefined) return ['must be a valid IP address, (e.g. 10.9.8.7 or 2001:db8::ffff)'];
  return formatIp(ip) === name ? [] : [`must be in canonical form ("${formatIp(ip)}")`];
}

/** Kubernetes: `ValidateIPAddress`. */
function validateAddress({ spec }: IPAddress): readonly FieldError[] {
  const parent = spec?.parentRef;
  if (parent === undefined) return [fieldError.required('spec.parentRef')];
  const errors: FieldError[] = [];
  if ((parent.resource ?? '') === '') errors.push(fieldError.required('spec.parentRef.resource'));
  if ((parent.name ?? '') === '') errors.push(fieldError.required('spec.parentRef.name'));
  return errors;
}

export const ipAddress = defineKind(ipAddresses, {
  hasGeneration: false,
  validateName: checkName,
  validateCreate: validateAddress,
  selectableFields: {},
  columns: [nameColumn, textColumn<IPAddress>('ParentRef', 'What uses it.', formatParent), ageColumn],
});
