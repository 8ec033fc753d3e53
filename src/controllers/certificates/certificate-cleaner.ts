import { type CertificateSigningRequest, certificateSigningRequests } from '../../api/generated/index.ts';
import type { Controller } from '../../client/index.ts';
import { parseCertificateChain } from '../../machinery/index.ts';
import { decodeBase64Text } from '../../machinery/protobuf/index.ts';
import { parseTime } from '../../world/index.ts';
import { conditionOf, isIssued } from './request-state.ts';

const hourMs = 3600_000;
const decidedMs = hourMs;
const pendingMs = 24 * hourMs;

/**
 * Deletes requests that have had their time. Differs from Kubernetes: at the very time, where upstream looks every hour.
 */
export const certificateCleaner: Controller<CertificateSigningRequest> = {
  name: 'csrcleaner',
  serviceAccount: 'certificate-controller',
  primary: certificateSigningRequests,
  reconcile(csr, { now }) {
    if (csr === undefined || csr.metadata.deletionTimestamp !== undefined) return [];
    const endMs = endOf(csr);
    if (Number.isNaN(endMs)) return [];
    if (now <= endMs) return [{ do: 'again', delayMs: Math.max(1, endMs + 1 - now) }];
    const { name = '', uid } = csr.metadata;
    const options = uid === undefined ? {} : { preconditions: { uid } };
    return [{ do: 'delete', type: certificateSigningRequests, ref: { name }, options }];
  },
};

/** The earliest of what ends a request; NaN for one that nothing ends. */
function endOf(csr: CertificateSigningRequest): number {
  const { conditions = [], certificate } = csr.status ?? {};
  if (conditions.length === 0) return parseTime(csr.metadata.creationTimestamp) + pendingMs;
  const saidAt = (type: string): number => parseTime(conditionOf(csr, type)?.lastUpdateTime);
  const ends = [
    saidAt('Denied') + decidedMs,
    saidAt('Failed') + decidedMs,
    saidAt('Approved') + (isIssued(csr) ? decidedMs : pendingMs),
    conditionOf(csr, 'Approved') === undefined ? Number.NaN : expiryOf(certificate),
  ].filter(end => !Number.isNaN(end));
  return ends.length === 0 ? Number.NaN : Math.min(...ends);
}

function expiryOf(certificate: string | undefined): number {
  return parseCertificateChain(decodeBase64Text(certificate ?? '') ?? '').expiries?.[0] ?? Number.NaN;
}
