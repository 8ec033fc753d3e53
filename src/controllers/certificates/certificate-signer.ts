import { type CertificateSigningRequest, certificateSigningRequests } from '../../api/generated/index.ts';
import type { Controller, Step } from '../../client/index.ts';
import type { CertificateOperations } from '../../machinery/index.ts';
import { encodeBase64Text } from '../../machinery/protobuf/index.ts';
import { signerRules } from './request-rules.ts';
import { conditionOf, isApproved, isIssued, readSigningRequest } from './request-state.ts';

const secondMs = 1000;
const minuteMs = 60 * secondMs;
/** Kubernetes: `--cluster-signing-duration`. */
const longestMs = 365 * 24 * 60 * minuteMs;
const shortestMs = 10 * minuteMs;
/** For clients whose clocks are late. */
const backdatedMs = 5 * minuteMs;
/** Certificates that live less long get all of the time that was asked for. */
const shortLivedMs = 8 * 60 * minuteMs;

/** Kubernetes: the four `csrsigning` controllers: signs what is approved for the cluster's own signers. */
export function certificateSigner(operations: CertificateOperations): Controller<CertificateSigningRequest> {
  return {
    name: 'csrsigning',
    serviceAccount: 'certificate-controller',
    primary: certificateSigningRequests,
    reconcile(csr, { now }) {
      if (csr === undefined || isIssued(csr) || !isApproved(csr)) return [];
      if (conditionOf(csr, 'Failed')?.status === 'True') return [];
      const rule = signerRules[csr.spec.signerName];
      const { request } = readSigningRequest(csr);
      if (rule === undefined || request === undefined) return [];
      const problem = rule(request, csr.spec.usages ?? []);
      if (problem !== undefined) return [fail(csr, problem)];
      const usages = csr.spec.usages ?? [];
      const pem = operations.sign({ request, usages, ...validityOf(csr.spec.expirationSeconds, now) });
      return [updateStatus(csr, { ...csr.status, certificate: encodeBase64Text(pem) })];
    },
  };
}

function fail(csr: CertificateSigningRequest, message: string): Step {
  const condition = { type: 'Failed', status: 'True', reason: 'SignerValidationFailure', message };
  return updateStatus(csr, { ...csr.status, conditions: [...(csr.status?.conditions ?? []), condition] });
}

function updateStatus(csr: CertificateSigningRequest, status: CertificateSigningRequest['status']): Step {
  const object: CertificateSigningRequest = { ...csr, status };
  return { do: 'update', type: certificateSigningRequests, object, subresource: 'status' };
}

export function validityOf(
  seconds: number | undefined,
  nowMs: number,
): { readonly notBeforeMs: number; readonly notAfterMs: number } {
  const wantedMs = seconds === undefined ? longestMs : seconds * secondMs;
  const durationMs = Math.max(shortestMs, Math.min(longestMs, wantedMs));
  const notAfterMs = nowMs + durationMs - (durationMs < shortLivedMs ? 0 : backdatedMs);
  return { notBeforeMs: nowMs - backdatedMs, notAfterMs };
}
