import type { X509Certificate } from 'node:crypto';
import type { TLSSocket } from 'node:tls';
import type { ClientCertificate } from '../../apiserver/http/index.ts';

const known = new WeakMap<TLSSocket, ClientCertificate | 'untrusted' | 'none'>();
const frontProxyAuthorities = new WeakMap<TLSSocket, X509Certificate>();

/** Says by which authority a front proxy is recognised on this connection. */
export function expectFrontProxy(socket: TLSSocket, authority: X509Certificate): void {
  frontProxyAuthorities.set(socket, authority);
}

/**
 * Who the client has proven to be on this connection, read from its certificate once. `untrusted`: it showed one that
 * our authority did not issue or that has expired.
 */
export function readClientCertificate(socket: TLSSocket): ClientCertificate | 'untrusted' | undefined {
  let found = known.get(socket);
  if (found === undefined) {
    found = read(socket);
    known.set(socket, found);
  }
  return found === 'none' ? undefined : found;
}

function read(socket: TLSSocket): ClientCertificate | 'untrusted' | 'none' {
  const certificate = socket.getPeerCertificate();
  if (certificate === undefined || certificate.subject === undefined) return 'none';
  if (!socket.authorized) return 'untrusted';
  const subject = certificate.subject as unknown as Readonly<Record<string, string | readonly string[] | undefined>>;
  return {
    // Kubernetes: where several names are given, Go reads the last.
    commonName: toList(subject['CN']).at(-1) ?? '',
    organizations: toList(subject['O']),
    fingerprint: certificate.fingerprint256.replaceAll(':', '').toLowerCase(),
    ...(isFrontProxy(socket) ? { isFrontProxy: true } : {}),
  };
}

/** Whether the front proxies' authority stands anywhere above the certificate: it must count as nothing else then. */
function isFrontProxy(socket: TLSSocket): boolean {
  const authority = frontProxyAuthorities.get(socket);
  if (authority === undefined) return false;
  let certificate = socket.getPeerX509Certificate();
  while (certificate !== undefined) {
    if (certificate.checkIssued(authority) && certificate.verify(authority.publicKey)) return true;
    certificate = certificate.issuerCertificate;
  }
  return false;
}

function toList(value: string | readonly string[] | undefined): readonly string[] {
  if (value === undefined) return [];
  return typeof value === 'string' ? [value] : value;
}
