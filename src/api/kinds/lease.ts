import { type FieldError, fieldError } from '../../machinery/index.ts';
import { type Lease, leases } from '../generated/index.ts';
import { defineKind } from './define-kind.ts';
import { ageColumn, nameColumn, textColumn } from './table-columns.ts';

const none: readonly FieldError[] = [];

/** Kubernetes: `ValidateLease`. */
function validateLease({ spec }: Lease): readonly FieldError[] {
  if (spec === undefined) return none;
  const { leaseDurationSeconds, leaseTransitions, strategy, preferredHolder } = spec;
  const isFine =
    (leaseDurationSeconds === undefined || leaseDurationSeconds > 0) &&
    (leaseTransitions === undefined || leaseTransitions >= 0) &&
    strategy === undefined &&
    preferredHolder === undefined;
  return isFine ? none : explainLease(spec);
}

function explainLease(spec: NonNullable<Lease['spec']>): readonly FieldError[] {
  const errors: FieldError[] = [];
  if (spec.leaseDurationSeconds !== undefined && spec.leaseDurationSeconds <= 0) {
    errors.push(fieldError.invalid('spec.leaseDurationSeconds', spec.leaseDurationSeconds, 'must be greater than 0'));
  }
  if (spec.leaseTransitions !== undefined && spec.leaseTransitions < 0) {
    errors.push(
      fieldError.invalid('spec.leaseTransitions', spec.leaseTransitions, 'must be greater than or equal to 0'),
    );
  }
  if ((spec.preferredHolder ?? '') !== '' && (spec.strategy ?? '') === '') {
    errors.push(fieldError.forbidden('spec.preferredHolder', 'may only be specified if `strategy` is defined'));
  }
  return errors;
}

export const lease = defineKind(leases, {
  hasGeneration: false,
  canCreateOnUpdate: true,
  requiresResourceVersion: true,
  validateCreate: validateLease,
  columns: [
    nameColumn,
    textColumn<Lease>('Holder', 'Who holds the lease.', object => object.spec?.holderIdentity ?? ''),
    ageColumn,
  ],
});
