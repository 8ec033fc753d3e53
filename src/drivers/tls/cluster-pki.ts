import { X509Certificate } from 'node:crypto';
import { hostname } from 'node:os';
import { join } from 'node:path';
import type { CertificateName } from './certificate.ts';
import { CertificateAuthority, dayMs, generateKeyPair, type KeyAndCertificate } from './certificate-authority.ts';
import { encodeIpAddress } from './ip-address.ts';
import { readIfPresent, writePrivateFile } from './private-file.ts';

export interface ClusterPkiOptions {
  /** Where the files live: `ca.crt`, `ca.key`, `apiserver.crt`, …, `sa.key`. */
  readonly directory: string;
  readonly nowMs: number;
  /** Names and addresses besides the usual ones by which clients reach the server. */
  readonly alternativeNames?: readonly string[];
  /** The ClusterIP of the Service `kubernetes`. Default 10.96.0.1. */
  readonly serviceIp?: string;
  /** Default `cluster.local`. */
  readonly clusterDomain?: string;
}

/** What a cluster's server and its administrator need to prove who they are. All PEM. */
export interface ClusterPki {
  readonly authority: CertificateAuthority;
  readonly server: KeyAndCertificate;
  /** Kubernetes: user `kubernetes-admin` of the group `system:masters`, whom the authorizer lets do anything. */
  readonly admin: KeyAndCertificate;
  /** The private key (P-256) that signs ServiceAccount tokens. */
  readonly serviceAccountKey: string;
  /** How the API server shows aggregated servers that it is the one who passes a request on. */
  ensureFrontProxy(): FrontProxyIdentity;
  /** A client certificate for a component, kept beside the others under `fileName`. */
  ensureClient(fileName: string, subject: CertificateName): KeyAndCertificate;
}

/** Kubernetes: of an authority of its own, because whoever has such a certificate may name any user. */
export interface FrontProxyIdentity {
  readonly authority: CertificateAuthority;
  readonly client: KeyAndCertificate;
  /** The common name of `client`. */
  readonly commonName: string;
}

const authorityName: CertificateName = { commonName: 'kubernetes' };
const frontProxyAuthorityName: CertificateName = { commonName: 'kubernetes-front-proxy-ca' };
const frontProxyClientName = 'front-proxy-client';
/** Certificates that end sooner than this are replaced at the next start. */
const renewBeforeMs = 60 * dayMs;

/** Reads the cluster's keys and certificates, and makes what is missing, near its end or no longer fitting. */
export function ensureClusterPki(options: ClusterPkiOptions): ClusterPki {
  const authority = ensureAuthority(options, 'ca', authorityName);
  const ensureLeaf = (fileName: string, request: Omit<LeafWanted, 'fileName'>): KeyAndCertificate =>
    ensureLeafOf(authority, options, { fileName, ...request });
  return {
    authority,
    server: ensureLeaf('apiserver', {
      usage: 'server',
      subject: { commonName: 'kube-apiserver' },
      alternativeNames: listServerNames(options),
    }),
    admin: ensureLeaf('admin', {
      usage: 'client',
      subject: { commonName: 'kubernetes-admin', organizations: ['system:masters'] },
    }),
    serviceAccountKey: ensureServiceAccountKey(options.directory),
    ensureFrontProxy: () => ensureFrontProxy(options),
    ensureClient: (fileName, subject) => ensureLeaf(fileName, { usage: 'client', subject }),
  };
}

interface LeafWanted {
  readonly fileName: string;
  readonly usage: 'server' | 'client';
  readonly subject: CertificateName;
  readonly alternativeNames?: readonly string[];
}

function listServerNames(options: ClusterPkiOptions): readonly string[] {
  const domain = options.clusterDomain ?? 'cluster.local';
  return [
    ...new Set([
      'localhost',
      'kubernetes',
      'kubernetes.default',
      'kubernetes.default.svc',
      `kubernetes.default.svc.${domain}`,
      hostname(),
      '127.0.0.1',
      '::1',
      options.serviceIp ?? '10.96.0.1',
      ...(options.alternativeNames ?? []),
    ]),
  ].filter(name => name !== '');
}

function ensureAuthority(options: ClusterPkiOptions, fileName: string, name: CertificateName): CertificateAuthority {
  const kept = readPair(options.directory, fileName);
  if (kept !== undefined && new X509Certificate(kept.certificate).validToDate.getTime() > options.nowMs) {
    return new CertificateAuthority(name, kept);
  }
  const authority = CertificateAuthority.create(name, options.nowMs);
  writePair(options.directory, fileName, authority);
  return authority;
}

function ensureFrontProxy(options: ClusterPkiOptions): FrontProxyIdentity {
  const authority = ensureAuthority(options, 'front-proxy-ca', frontProxyAuthorityName);
  const client = ensureLeafOf(authority, options, {
    fileName: 'front-proxy-client',
    usage: 'client',
    subject: { commonName: frontProxyClientName },
  });
  return { authority, client, commonName: frontProxyClientName };
}

function ensureLeafOf(
  authority: CertificateAuthority,
  options: ClusterPkiOptions,
  wanted: LeafWanted,
): KeyAndCertificate {
  const kept = readPair(options.directory, wanted.fileName);
  if (kept !== undefined && isStillGood(kept, authority, wanted, options.nowMs)) return kept;
  const made = authority.issue({ ...wanted, nowMs: options.nowMs });
  writePair(options.directory, wanted.fileName, made);
  return made;
}

function isStillGood(
  kept: KeyAndCertificate,
  authority: CertificateAuthority,
  wanted: LeafWanted,
  nowMs: number,
): boolean {
  const certificate = new X509Certificate(kept.certificate);
  return (
    certificate.validToDate.getTime() - nowMs > renewBeforeMs &&
    certificate.checkIssued(new X509Certificate(authority.certificate)) &&
    certificate.subject === formatSubject(wanted.subject) &&
    coversNames(certificate, wanted.alternativeNames ?? [])
  );
}

/** As node:crypto prints a subject: one attribute a line. */
function formatSubject(name: CertificateName): string {
  return [...(name.organizations ?? []).map(text => `O=${text}`), `CN=${name.commonName}`].join('\n');
}

function coversNames(certificate: X509Certificate, names: readonly string[]): boolean {
  const covered = new Set(
    (certificate.subjectAltName ?? '').split(', ').map(entry => {
      const [type = '', ...rest] = entry.split(':');
      const value = rest.join(':');
      return type === 'IP Address' ? encodeIpAddress(value).toString('hex') : value;
    }),
  );
  return names.every(name => covered.has(name) || covered.has(toAddressKey(name)));
}

function toAddressKey(name: string): string {
  return /^[0-9.]+$|:/.test(name) ? encodeIpAddress(name).toString('hex') : name;
}

function ensureServiceAccountKey(directory: string): string {
  const path = join(directory, 'sa.key');
  const kept = readIfPresent(path);
  if (kept !== undefined) return kept;
  const { privateKey, publicKey } = generateKeyPair();
  writePrivateFile(path, privateKey);
  writePrivateFile(join(directory, 'sa.pub'), publicKey.export({ type: 'spki', format: 'pem' }).toString());
  return privateKey;
}

function readPair(directory: string, fileName: string): KeyAndCertificate | undefined {
  const certificate = readIfPresent(join(directory, `${fileName}.crt`));
  const privateKey = readIfPresent(join(directory, `${fileName}.key`));
  return certificate === undefined || privateKey === undefined ? undefined : { certificate, privateKey };
}

/** The key first: a certificate without its key would be believed at the next start. */
function writePair(directory: string, fileName: string, pair: KeyAndCertificate): void {
  writePrivateFile(join(directory, `${fileName}.key`), pair.privateKey);
  writePrivateFile(join(directory, `${fileName}.crt`), pair.certificate);
}
