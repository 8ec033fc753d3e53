import { createPrivateKey, createPublicKey, generateKeyPairSync, type KeyObject, X509Certificate } from 'node:crypto';
import { type CertificateName, type Issuer, issueCertificate } from './certificate.ts';

/** A certificate with the private key that belongs to it, both PEM. */
export interface KeyAndCertificate {
  readonly certificate: string;
  readonly privateKey: string;
}

export interface LeafRequest {
  readonly subject: CertificateName;
  readonly usage: 'server' | 'client';
  readonly alternativeNames?: readonly string[];
  readonly nowMs: number;
}

export const dayMs = 24 * 60 * 60 * 1000;
const authorityLifetimeMs = 3650 * dayMs;
const leafLifetimeMs = 365 * dayMs;
/** Certificates begin a little in the past, for clients whose clocks are late. */
const clockSkewMs = 5 * 60 * 1000;

/** A new P-256 key pair; the private key as PEM (PKCS #8). */
export function generateKeyPair(): { readonly publicKey: KeyObject; readonly privateKey: string } {
  const pair = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  return { publicKey: pair.publicKey, privateKey: pair.privateKey.export({ type: 'pkcs8', format: 'pem' }).toString() };
}

/** Signs the certificates of one cluster. */
export class CertificateAuthority {
  readonly certificate: string;
  readonly privateKey: string;
  readonly #name: CertificateName;
  readonly expiresAtMs: number;
  #issuer: Issuer | undefined;

  /** `name` must be the certificate's subject. */
  constructor(name: CertificateName, pair: KeyAndCertificate) {
    this.certificate = pair.certificate;
    this.privateKey = pair.privateKey;
    this.#name = name;
    this.expiresAtMs = new X509Certificate(pair.certificate).validToDate.getTime();
  }

  static create(name: CertificateName, nowMs: number): CertificateAuthority {
    const { publicKey, privateKey } = generateKeyPair();
    const certificate = issueCertificate({
      subject: name,
      publicKey,
      issuer: { name, publicKey, privateKey: createPrivateKey(privateKey) },
      notBeforeMs: nowMs - clockSkewMs,
      notAfterMs: nowMs + authorityLifetimeMs,
      usage: 'authority',
    });
    return new CertificateAuthority(name, { certificate, privateKey });
  }

  /** Its key is read when something is to be signed: most starts sign nothing. */
  get issuer(): Issuer {
    this.#issuer ??= {
      name: this.#name,
      privateKey: createPrivateKey(this.privateKey),
      publicKey: createPublicKey(this.privateKey),
    };
    return this.#issuer;
  }

  /** A new key and a certificate for it, valid for a year but never longer than the authority's own. */
  issue(request: LeafRequest): KeyAndCertificate {
    const { publicKey, privateKey } = generateKeyPair();
    const certificate = issueCertificate({
      subject: request.subject,
      publicKey,
      issuer: this.issuer,
      notBeforeMs: request.nowMs - clockSkewMs,
      notAfterMs: Math.min(request.nowMs + leafLifetimeMs, this.expiresAtMs),
      usage: request.usage,
      ...(request.alternativeNames === undefined ? {} : { alternativeNames: request.alternativeNames }),
    });
    return { certificate, privateKey };
  }
}
