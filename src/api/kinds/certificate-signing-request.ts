import { humanizeDuration } from '../../machinery/index.ts';
import { type CertificateSigningRequest, certificateSigningRequests } from '../generated/index.ts';
import { defineKind } from './define-kind.ts';
import { statusRules } from './status-rules.ts';
import { ageColumn, nameColumn, textColumn } from './table-columns.ts';

function formatCondition({ status }: CertificateSigningRequest): string {
  const has = (type: string): boolean => status?.conditions?.some(condition => condition.type === type) ?? false;
  const decision = has('Denied') ? 'Denied' : has('Approved') ? 'Approved' : 'Pending';
  return `${decision}${has('Failed') ? ',Failed' : ''}${(status?.certificate ?? '') === '' ? '' : ',Issued'}`;
}

function formatDuration({ spec }: CertificateSigningRequest): string {
  return spec?.expirationSeconds === undefined ? '<none>' : humanizeDuration(spec.expirationSeconds * 1000);
}

type Conditions = NonNullable<CertificateSigningRequest['status']>['conditions'];

const isDecision = (type: string): boolean => type === 'Approved' || type === 'Denied';

/** Kubernetes: decisions are made through `approval` alone. */
function keepDecisions(next: Conditions, old: Conditions): Conditions {
  return [...(old ?? []).filter(c => isDecision(c.type)), ...(next ?? []).filter(c => !isDecision(c.type))];
}

export const certificateSigningRequest = defineKind(certificateSigningRequests, {
  hasGeneration: false,
  prepareForCreate: object => ({ ...object, status: {} }),
  // Kubernetes: a request is what was asked for; it does not change.
  prepareForUpdate: (object, old) => ({ ...object, spec: old.spec }),
  status: {
    ...statusRules<CertificateSigningRequest>(),
    prepareForUpdate: (object, old) => ({
      ...old,
      metadata: object.metadata,
      status: { ...object.status, conditions: keepDecisions(object.status?.conditions, old.status?.conditions) },
    }),
  },
  objectSubresources: {
    approval: {
      prepareForUpdate: (object, old) => ({
        ...old,
        metadata: object.metadata,
        status: { ...old.status, conditions: object.status?.conditions },
      }),
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
