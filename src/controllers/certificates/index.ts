/**
 * CertificateSigningRequests: approves those of kubelets, signs what is approved for the cluster's own signers, and
 * deletes those that have had their time. The authority's key is behind the port `CertificateOperations`.
 *
 * Absent: ClusterTrustBundles and PodCertificateRequests, which upstream does not serve by default either.
 *
 * Start reading at `certificate-signer.ts`.
 */
export { CertificateApprover } from './certificate-approver.ts';
export { certificateCleaner } from './certificate-cleaner.ts';
export { certificateSigner } from './certificate-signer.ts';
