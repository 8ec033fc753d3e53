import { type FieldError, fieldError, parseCidr, validateCidr } from '../../machinery/index.ts';
import { type ServiceCIDR, serviceCIDRs } from '../generated/index.ts';
import { defineKind } from './define-kind.ts';
import { statusRules } from './status-rules.ts';
import { ageColumn, nameColumn, textColumn } from './table-columns.ts';

/** Kubernetes: `ValidateServiceCIDR`: one range, or one of each family. */
function validateServiceCidr({ spec }: ServiceCIDR): readonly FieldError[] {
  const cidrs = spec?.cidrs ?? [];
  if (cidrs.length === 0) return [fieldError.required('spec.cidrs', 'at least one CIDR required')];
  const errors: FieldError[] = [];
  if (cidrs.length > 2) return [fieldError.invalid('spec.cidrs', spec, 'may only hold up to 2 values')];
  const families = new Set(cidrs.map(cidr => parseCidr(cidr)?.family));
  if (cidrs.length === 2 && families.size === 1 && !families.has(undefined)) {
    errors.push(
      fieldError.invalid(
        'spec.cidrs',
        cidrs,
        'may specify no more than one IP for each IP family, i.e 192.168.0.0/24 and 2001:db8::/64',
      ),
    );
  }
  for (const [index, cidr] of cidrs.entries()) errors.push(...validateCidr(`spec.cidrs[${index}]`, cidr));
  return errors;
}

/** Kubernetes: `ValidateServiceCIDRUpdate`: a range of the other family may come in addition. */
function validateUpdate(object: ServiceCIDR, old: ServiceCIDR): readonly FieldError[] {
  const next = object.spec?.cidrs ?? [];
  const before = old.spec?.cidrs ?? [];
  const isGrown = before.length === 1 && next.length === 2;
  if (before.length !== next.length && !isGrown) {
    return [fieldError.invalid('spec.cidrs', next, 'field is immutable')];
  }
  const errors: FieldError[] = [];
  for (const [index, cidr] of before.entries()) {
    if (cidr === next[index]) continue;
    errors.push(fieldError.invalid(`spec.cidrs[${index}]`, next[index], 'field is immutable'));
  }
  return isGrown ? [...errors, ...validateServiceCidr(object)] : errors;
}

export const serviceCidr = defineKind(serviceCIDRs, {
  hasGeneration: false,
  skipsFullValidationOnUpdate: true,
  validateCreate: validateServiceCidr,
  validateUpdate,
  prepareForCreate: object => ({ ...object, status: {} }),
  status: statusRules<ServiceCIDR>({ keeps: 'metadata' }),
  columns: [
    nameColumn,
    textColumn<ServiceCIDR>('CIDRs', 'Ranges from which Services get addresses.', object =>
      (object.spec?.cidrs ?? []).join(','),
    ),
    ageColumn,
  ],
});
