import type { CertificateSigningRequest } from '../../api/generated/index.ts';
import { type ParsedRequest, parseCertificateRequest } from '../../machinery/index.ts';
import { decodeBase64Text } from '../../machinery/protobuf/index.ts';

export type SigningCondition = NonNullable<NonNullable<CertificateSigningRequest['status']>['conditions']>[number];

export function conditionOf({ status }: CertificateSigningRequest, type: string): SigningCondition | undefined {
  return status?.conditions?.find(condition => condition.type === type);
}

/** Kubernetes: a denial counts more than an approval. */
export function isApproved(csr: CertificateSigningRequest): boolean {
  return conditionOf(csr, 'Approved') !== undefined && conditionOf(csr, 'Denied') === undefined;
}

export function isIssued({ status }: CertificateSigningRequest): boolean {
  return (status?.certificate ?? '') !== '';
}

export function readSigningRequest({ spec }: CertificateSigningRequest): ParsedRequest {
  return parseCertificateRequest(decodeBase64Text(spec.request) ?? '');
}
