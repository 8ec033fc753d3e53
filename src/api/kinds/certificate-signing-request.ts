import { humanizeDuration } from '../../machinery/index.ts';
import { type CertificateSigningRequest, certificateSigningRequests } from '../generated/index.ts';
import { validateSigningRequest, validateSigningRequestUpdate } from './certificate-validation.ts';
import { defineKind } from './define-kind.ts';
import { ageColumn, nameColumn, textColumn } from './table-columns.ts';

function formatCondition({ status }: CertificateSigningRequest): string {
  const has = (type: string): boolean => status?.conditions?.some(condition => condition.type === type) ?? false;
  const decision = has('Denied') ? 'Denied' : has('Approved') ? 'Approved' : 'Pending';
  return `${decision}${has('Failed') ? ',Failed' : ''}${(status?.certificate ?? '') === '' ? '' : ',Issued'}`;
}

function formatDuration({ spec }: CertificateSigningRequest): string {
  return spec?.expirationSeconds === undefined ? '<none>' : humanizeDuration(spec.expirationSeconds * 1000);
}

type Conditions = NonNullable<NonNullable<CertificateSigningRequest['status']>['conditions']>;

/** Kubernetes: a write to status that leaves the number of decisions alone leaves them as they were. */
function keepDecisions(next: Conditions, old: Conditions): Conditions {
  let conditions = next;
  for (const type of ['Approved', 'Denied']) {
    const before = old.filter(condition => condition.type === type);
    if (before.length !== conditions.filter(condition => condition.type === type).length) continue;
    let at = 0;
    conditions = conditions.map(condition => (condition.type === type ? before[at++]! : condition));
  }
  return conditions;
}

/** When a condition was last said and when it began, where the request does not say. */
function fillTimes(next: Conditions, old: Conditions, now: string): Conditions {
  return next.map(condition => {
    const { type, status, lastUpdateTime, lastTransitionTime } = condition;
    if (lastUpdateTime !== undefined && lastTransitionTime !== undefined) return condition;
    const before = old.find(one => one.type === type && one.status === status && one.lastTransitionTime !== undefined);
    return {
      ...condition,
      lastUpdateTime: lastUpdateTime ?? now,
      lastTransitionTime: lastTransitionTime ?? before?.lastTransitionTime ?? now,
    };
  });
}

function withConditions(
  object: CertificateSigningRequest,
  status: CertificateSigningRequest['status'],
  conditions: Conditions,
): CertificateSigningRequest {
  return { ...object, status: { ...status, ...(conditions.length === 0 ? {} : { conditions }) } };
}

export const certificateSigningRequest = defineKind(certificateSigningRequests, {
  hasGeneration: false,
  validateName: () => [],
  prepareForCreate: object => ({ ...object, status: {} }),
  // Kubernetes: a request is what was asked for; it does not change.
  prepareForUpdate: (object, old) => ({ ...object, spec: old.spec }),
  validateCreate: validateSigningRequest,
  skipsFullValidationOnUpdate: true,
  validateUpdate: (object, old) => validateSigningRequestUpdate(object, old, { canDecide: false, canIssue: false }),
  status: {
    prepareForUpdate(object, old, { now }) {
      const { conditions: _given, ...status } = object.status ?? {};
      const before = old.status?.conditions ?? [];
      const kept = keepDecisions(object.status?.conditions ?? [], before);
      return withConditions({ ...old, metadata: object.metadata }, status, fillTimes(kept, before, now));
    },
    validateUpdate: (object, old) => validateSigningRequestUpdate(object, old, { canDecide: false, canIssue: true }),
  },
  objectSubresources: {
    approval: {
      prepareForUpdate(object, old, { now }) {
        const { conditions: before = [], ...status } = old.status ?? {};
        const conditions = fillTimes(object.status?.conditions ?? [], before, now);
        return withConditions({ ...old, metadata: object.metadata }, status, conditions);
      },
      validateUpdate: (object, old) => validateSigningRequestUpdate(object, old, { canDecide: true, canIssue: false }),
    },
  },
  selectableFields: { 'spec.signerName': object => object.spec.signerName },
  columns: [
    nameColumn,
    ageColumn,
    textColumn<CertificateSigningRequest>(
      'SignerName',
      'Who is to sign.',
      object => object.spec?.signerName || '<none>',
    ),
    textColumn<CertificateSigningRequest>('Requestor', 'Who asked.', object => object.spec?.username ?? ''),
    textColumn<CertificateSigningRequest>('RequestedDuration', 'For how long.', formatDuration),
    textColumn<CertificateSigningRequest>('Condition', 'Where it stands.', formatCondition),
  ],
});
