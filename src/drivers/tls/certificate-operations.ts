import { createPublicKey, type KeyObject, verify } from 'node:crypto';
import type {
  CertificateOperations,
  CertificateOrder,
  CertificateRequest,
  DistinguishedName,
} from '../../machinery/index.ts';
import { encodeAttributes, encodeExtension, identifyKey, oids, signCertificate } from './certificate.ts';
import type { CertificateAuthority } from './certificate-authority.ts';
import { encodeNamedBits, encodeObjectIdentifier, encodeSequence, encodeTagged } from './der.ts';

/** Checks requests of strangers, and signs them with the cluster's authority once somebody has approved them. */
export function createCertificateOperations(authority: CertificateAuthority): CertificateOperations {
  return {
    findSignatureProblem,
    sign: order => signOrder(authority, order),
  };
}

interface SignatureAlgorithm {
  /** Undefined: the algorithm does it itself. */
  readonly hash: string | undefined;
  readonly key: 'ec' | 'ed25519' | 'rsa';
  /** Go's words for a signature that does not fit. */
  readonly failure: string;
}

const rsaFailure = 'crypto/rsa: verification error';
const ecdsaFailure = 'x509: ECDSA verification failure';

const algorithms: Readonly<Record<string, SignatureAlgorithm>> = {
  '1.2.840.113549.1.1.11': { hash: 'sha256', key: 'rsa', failure: rsaFailure },
  '1.2.840.113549.1.1.12': { hash: 'sha384', key: 'rsa', failure: rsaFailure },
  '1.2.840.113549.1.1.13': { hash: 'sha512', key: 'rsa', failure: rsaFailure },
  '1.2.840.10045.4.3.2': { hash: 'sha256', key: 'ec', failure: ecdsaFailure },
  '1.2.840.10045.4.3.3': { hash: 'sha384', key: 'ec', failure: ecdsaFailure },
  '1.2.840.10045.4.3.4': { hash: 'sha512', key: 'ec', failure: ecdsaFailure },
  '1.3.101.112': { hash: undefined, key: 'ed25519', failure: 'x509: Ed25519 verification failure' },
};

const insecure: Readonly<Record<string, string>> = {
  '1.2.840.113549.1.1.4': 'MD5-RSA',
  '1.2.840.113549.1.1.5': 'SHA1-RSA',
  '1.2.840.10045.4.1': 'ECDSA-SHA1',
};

/** Differs from Kubernetes: RSA-PSS is not known. */
function findSignatureProblem(request: CertificateRequest): string | undefined {
  const { signatureAlgorithm, signed, signature } = request;
  const weak = insecure[signatureAlgorithm];
  if (weak !== undefined) return `x509: cannot verify signature: insecure algorithm ${weak}`;
  const algorithm = algorithms[signatureAlgorithm];
  const key = readPublicKey(request);
  if (algorithm === undefined || key === undefined) return 'x509: cannot verify signature: algorithm unimplemented';
  if (key.asymmetricKeyType !== algorithm.key) {
    return `x509: signature algorithm specifies an ${nameKey(algorithm.key)} public key, but have public key of another type`;
  }
  return verify(algorithm.hash, signed, key, signature) ? undefined : algorithm.failure;
}

function nameKey(key: SignatureAlgorithm['key']): string {
  return key === 'ec' ? 'ECDSA' : key === 'rsa' ? 'RSA' : 'Ed25519';
}

/** Undefined for a key that OpenSSL does not know. */
function readPublicKey({ publicKey }: CertificateRequest): KeyObject | undefined {
  try {
    return createPublicKey({ key: Buffer.from(publicKey), format: 'der', type: 'spki' });
  } catch (error) {
    if (error instanceof Error && 'code' in error) return undefined;
    throw error;
  }
}

/** Kubernetes: of what a request says only its subject, its other names and its key count; the rest is the signer's. */
function signOrder(authority: CertificateAuthority, order: CertificateOrder): string {
  const { request, usages, notBeforeMs } = order;
  if (notBeforeMs >= authority.expiresAtMs) {
    throw new Error(`the signer has expired: NotAfter=${new Date(authority.expiresAtMs).toISOString()}`);
  }
  return signCertificate({
    issuer: authority.issuer,
    notBeforeMs,
    notAfterMs: Math.min(order.notAfterMs, authority.expiresAtMs),
    subject: encodeSubject(request.subject),
    publicKey: request.publicKey,
    extensions: [
      ...encodeKeyUsage(usages),
      ...encodePurposes(usages),
      encodeExtension(oids.basicConstraints, true, encodeSequence()),
      encodeExtension(
        oids.authorityKeyIdentifier,
        false,
        encodeSequence(encodeTagged(0x80, identifyKey(authority.issuer.publicKey))),
      ),
      ...encodeOtherNames(request),
    ],
  });
}

/**
 * Kubernetes: written anew from what was understood of it, so that whoever reads the certificate finds the one common
 * name that was looked at when it was approved.
 */
function encodeSubject(name: DistinguishedName): Buffer {
  const all = (oid: string, texts: readonly string[]) => texts.map(text => ({ oid, text }));
  const one = (oid: string, text: string) => (text === '' ? [] : [{ oid, text }]);
  return encodeAttributes([
    ...all('2.5.4.6', name.countries),
    ...all(oids.organization, name.organizations),
    ...all('2.5.4.11', name.organizationalUnits),
    ...all('2.5.4.7', name.localities),
    ...all('2.5.4.8', name.provinces),
    ...all('2.5.4.9', name.streetAddresses),
    ...all('2.5.4.17', name.postalCodes),
    ...one(oids.commonName, name.commonName),
    ...one('2.5.4.5', name.serialNumber),
  ]);
}

const keyUsageBits: Readonly<Record<string, number>> = {
  signing: 0,
  'digital signature': 0,
  'content commitment': 1,
  'key encipherment': 2,
  'data encipherment': 3,
  'key agreement': 4,
  'cert sign': 5,
  'crl sign': 6,
  'encipher only': 7,
  'decipher only': 8,
};

function encodeKeyUsage(usages: readonly string[]): readonly Buffer[] {
  const bits = usages.flatMap(usage => keyUsageBits[usage] ?? []);
  return bits.length === 0 ? [] : [encodeExtension(oids.keyUsage, true, encodeNamedBits(bits))];
}

/** In the order in which Go sorts them. */
const purposes: readonly (readonly [usage: string, oid: string])[] = [
  ['any', '2.5.29.37.0'],
  ['server auth', oids.serverAuth],
  ['client auth', oids.clientAuth],
  ['code signing', '1.3.6.1.5.5.7.3.3'],
  ['email protection', '1.3.6.1.5.5.7.3.4'],
  ['s/mime', '1.3.6.1.5.5.7.3.4'],
  ['ipsec end system', '1.3.6.1.5.5.7.3.5'],
  ['ipsec tunnel', '1.3.6.1.5.5.7.3.6'],
  ['ipsec user', '1.3.6.1.5.5.7.3.7'],
  ['timestamping', '1.3.6.1.5.5.7.3.8'],
  ['ocsp signing', '1.3.6.1.5.5.7.3.9'],
  ['microsoft sgc', '1.3.6.1.4.1.311.10.3.3'],
  ['netscape sgc', '2.16.840.1.113730.4.1'],
];

function encodePurposes(usages: readonly string[]): readonly Buffer[] {
  const wanted = new Set(purposes.filter(([usage]) => usages.includes(usage)).map(([, oid]) => oid));
  if (wanted.size === 0) return [];
  return [encodeExtension(oids.extendedKeyUsage, false, encodeSequence(...[...wanted].map(encodeObjectIdentifier)))];
}

/** RFC 5280: critical where there is no subject to go by. */
function encodeOtherNames({
  subject,
  dnsNames,
  emailAddresses,
  ipAddresses,
  uris,
}: CertificateRequest): readonly Buffer[] {
  const names = [
    ...dnsNames.map(name => encodeTagged(0x82, Buffer.from(name, 'latin1'))),
    ...emailAddresses.map(address => encodeTagged(0x81, Buffer.from(address, 'latin1'))),
    ...ipAddresses.map(address => encodeTagged(0x87, address)),
    ...uris.map(uri => encodeTagged(0x86, Buffer.from(uri, 'latin1'))),
  ];
  if (names.length === 0) return [];
  const hasSubject = subject.commonName !== '' || subject.organizations.length > 0;
  return [encodeExtension(oids.subjectAlternativeName, !hasSubject, encodeSequence(...names))];
}
