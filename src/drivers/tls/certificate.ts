import { createHash, type KeyObject, randomBytes, sign } from 'node:crypto';
import { isIP } from 'node:net';
import {
  encodeBitString,
  encodeBoolean,
  encodeNamedBits,
  encodeObjectIdentifier,
  encodeOctetString,
  encodeSequence,
  encodeSet,
  encodeTagged,
  encodeTime,
  encodeUnsignedInteger,
  encodeUtf8String,
} from './der.ts';
import { encodeIpAddress } from './ip-address.ts';

/** Who a certificate speaks of. Kubernetes: the common name is the user, the organizations are the groups. */
export interface CertificateName {
  readonly commonName: string;
  readonly organizations?: readonly string[];
}

/** Whoever signs; for a CA of its own, the subject itself with its private key. */
export interface Issuer {
  readonly name: CertificateName;
  readonly privateKey: KeyObject;
  readonly publicKey: KeyObject;
}

export interface CertificateRequest {
  readonly subject: CertificateName;
  readonly publicKey: KeyObject;
  readonly issuer: Issuer;
  /** Milliseconds since the epoch. */
  readonly notBeforeMs: number;
  readonly notAfterMs: number;
  readonly usage: 'authority' | 'server' | 'client';
  /** DNS names and IP addresses that a server answers to. */
  readonly alternativeNames?: readonly string[];
}

export const oids = {
  commonName: '2.5.4.3',
  organization: '2.5.4.10',
  ecdsaWithSha256: '1.2.840.10045.4.3.2',
  subjectKeyIdentifier: '2.5.29.14',
  keyUsage: '2.5.29.15',
  subjectAlternativeName: '2.5.29.17',
  basicConstraints: '2.5.29.19',
  authorityKeyIdentifier: '2.5.29.35',
  extendedKeyUsage: '2.5.29.37',
  serverAuth: '1.3.6.1.5.5.7.3.1',
  clientAuth: '1.3.6.1.5.5.7.3.2',
} as const;

const keyUsageBits = { digitalSignature: 0, keyEncipherment: 2, keyCertSign: 5, cRLSign: 6 } as const;

const signatureAlgorithm = encodeSequence(encodeObjectIdentifier(oids.ecdsaWithSha256));

/** An X.509 v3 certificate (RFC 5280) as PEM, signed with ECDSA and SHA-256; the issuer's key must be a P-256 one. */
export function issueCertificate(request: CertificateRequest): string {
  return signCertificate({
    issuer: request.issuer,
    notBeforeMs: request.notBeforeMs,
    notAfterMs: request.notAfterMs,
    subject: encodeName(request.subject),
    publicKey: request.publicKey.export({ type: 'spki', format: 'der' }),
    extensions: encodeExtensions(request),
  });
}

/** What a certificate says, its parts encoded already. */
export interface CertificateBody {
  readonly issuer: Issuer;
  readonly notBeforeMs: number;
  readonly notAfterMs: number;
  /** A Name. */
  readonly subject: Uint8Array;
  /** A SubjectPublicKeyInfo. */
  readonly publicKey: Uint8Array;
  readonly extensions: readonly Uint8Array[];
}

/** The same, for a certificate whose parts somebody else has chosen. */
export function signCertificate(request: CertificateBody): string {
  const body = encodeToBeSigned(request);
  const signature = sign('sha256', body, request.issuer.privateKey);
  return toPem('CERTIFICATE', encodeSequence(body, signatureAlgorithm, encodeBitString(signature)));
}

export function toPem(label: string, der: Uint8Array): string {
  const lines =
    Buffer.from(der)
      .toString('base64')
      .match(/.{1,64}/g) ?? [];
  return `-----BEGIN ${label}-----\n${lines.join('\n')}\n-----END ${label}-----\n`;
}

function encodeToBeSigned(request: CertificateBody): Buffer {
  const serial = randomBytes(16);
  // RFC 5280 wants a positive serial number of at most 20 bytes.
  serial[0] = (serial[0]! & 0x7f) | 0x40;
  return encodeSequence(
    encodeTagged(0xa0, encodeUnsignedInteger(Buffer.from([2]))),
    encodeUnsignedInteger(serial),
    signatureAlgorithm,
    encodeName(request.issuer.name),
    encodeSequence(encodeTime(request.notBeforeMs), encodeTime(request.notAfterMs)),
    request.subject,
    request.publicKey,
    encodeTagged(0xa3, encodeSequence(...request.extensions)),
  );
}

/** Organizations come first, as Go's pkix does it. */
function encodeName(name: CertificateName): Buffer {
  return encodeAttributes([
    ...(name.organizations ?? []).map(text => ({ oid: oids.organization, text })),
    { oid: oids.commonName, text: name.commonName },
  ]);
}

/** A Name, each attribute a part of its own. */
export function encodeAttributes(attributes: readonly { readonly oid: string; readonly text: string }[]): Buffer {
  return encodeSequence(
    ...attributes.map(({ oid, text }) =>
      encodeSet(encodeSequence(encodeObjectIdentifier(oid), encodeUtf8String(text))),
    ),
  );
}

function encodeExtensions(request: CertificateRequest): readonly Buffer[] {
  const isAuthority = request.usage === 'authority';
  const bits = isAuthority
    ? [keyUsageBits.digitalSignature, keyUsageBits.keyCertSign, keyUsageBits.cRLSign]
    : [keyUsageBits.digitalSignature, keyUsageBits.keyEncipherment];
  const extensions = [
    encodeExtension(oids.keyUsage, true, encodeNamedBits(bits)),
    encodeExtension(oids.basicConstraints, true, isAuthority ? encodeSequence(encodeBoolean(true)) : encodeSequence()),
    encodeExtension(oids.subjectKeyIdentifier, false, encodeOctetString(identifyKey(request.publicKey))),
    encodeExtension(
      oids.authorityKeyIdentifier,
      false,
      encodeSequence(encodeTagged(0x80, identifyKey(request.issuer.publicKey))),
    ),
  ];
  if (!isAuthority) {
    const purpose = request.usage === 'server' ? oids.serverAuth : oids.clientAuth;
    extensions.push(encodeExtension(oids.extendedKeyUsage, false, encodeSequence(encodeObjectIdentifier(purpose))));
  }
  const names = request.alternativeNames ?? [];
  if (names.length > 0) {
    const encoded = encodeSequence(...names.map(encodeAlternativeName));
    extensions.push(encodeExtension(oids.subjectAlternativeName, false, encoded));
  }
  return extensions;
}

export function encodeExtension(oid: string, isCritical: boolean, value: Buffer): Buffer {
  const critical = isCritical ? [encodeBoolean(true)] : [];
  return encodeSequence(encodeObjectIdentifier(oid), ...critical, encodeOctetString(value));
}

function encodeAlternativeName(name: string): Buffer {
  return isIP(name) === 0 ? encodeTagged(0x82, Buffer.from(name, 'ascii')) : encodeTagged(0x87, encodeIpAddress(name));
}

/** SHA-1 of the public key's bits: RFC 5280's first method. An identifier, nothing rests on its strength. */
export function identifyKey(publicKey: KeyObject): Buffer {
  // The bits of an uncompressed P-256 point are the last 65 bytes of its SubjectPublicKeyInfo.
  const info = publicKey.export({ type: 'spki', format: 'der' });
  return createHash('sha1')
    .update(info.subarray(info.length - 65))
    .digest();
}
