import type { TLSSocket } from 'node:tls';
import type { ClientCertificate } from '../../apiserver/http/index.ts';

const known = new WeakMap<TLSSocket, ClientCertificate | 'untrusted' | 'none'>();

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
    commonName: toList(subject['CN'])[0] ?? '',
    organizations: toList(subject['O']),
    fingerprint: certificate.fingerprint256.replaceAll(':', '').toLowerCase(),
  };
}

function toList(value: string | readonly string[] | undefined): readonly string[] {
  if (value === undefined) return [];
  return typeof value === 'string' ? [value] : value;
}
