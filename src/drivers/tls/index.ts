/**
 * Certificates and kubeconfigs: a cluster's own authority, what it signs, and the files in which both are kept (0600).
 *
 * Owns a small writer of DER and X.509 (why not a library: `docs/decisions/own-certificate-writer.md`); keys and
 * signatures are node:crypto's. Does not open sockets.
 *
 * Start reading at `cluster-pki.ts`.
 */
export { type CertificateName, type CertificateRequest, issueCertificate } from './certificate.ts';
export {
  CertificateAuthority,
  generateKeyPair,
  type KeyAndCertificate,
  type LeafRequest,
} from './certificate-authority.ts';
export { createCertificateOperations } from './certificate-operations.ts';
export { type ClusterPki, type ClusterPkiOptions, ensureClusterPki, type FrontProxyIdentity } from './cluster-pki.ts';
export { type Connection, formatKubeconfig, readKubeconfig, writeKubeconfig } from './kubeconfig.ts';
export { readIfPresent, writePrivateFile } from './private-file.ts';
