import type { CertificateRequest } from './certificate-request.ts';

/** A certificate to be made. */
export interface CertificateOrder {
  readonly request: CertificateRequest;
  /** By the names that `certificates.k8s.io` has for them: `client auth`, `digital signature`. */
  readonly usages: readonly string[];
  /** Milliseconds since the epoch; the certificate ends no later than the authority's own. */
  readonly notBeforeMs: number;
  readonly notAfterMs: number;
}

/** What certificates need of cryptography, and of the authority's key. */
export interface CertificateOperations {
  /** Why a request's signature does not show that its sender has the key, in Go's words; undefined when it does. */
  findSignatureProblem(request: CertificateRequest): string | undefined;
  /** The certificate as PEM. Throws where the authority itself has expired. */
  sign(order: CertificateOrder): string;
}
