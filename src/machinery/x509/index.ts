/**
 * Certificates and requests for them as data: PEM, DER, PKCS #10, and the end of a certificate's validity. Reads what
 * strangers send and therefore trusts no length. Keys and signatures are behind a port, `CertificateOperations`.
 *
 * Start reading at `certificate-request.ts`.
 */
export { type ParsedChain, parseCertificateChain } from './certificate-chain.ts';
export type { CertificateOperations, CertificateOrder } from './certificate-operations.ts';
export { type CertificateRequest, type ParsedRequest, parseCertificateRequest } from './certificate-request.ts';
export type { DistinguishedName } from './distinguished-name.ts';
export { formatPem, type PemBlock, parsePem } from './pem.ts';
