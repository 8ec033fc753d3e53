import { isIP } from 'node:net';
import { checkServerIdentity, type PeerCertificate } from 'node:tls';

/**
 * Whether a certificate is for a server, in the words of Go's x509 package. Node's own check lets the common name stand
 * in for missing alternative names; Go's does not, and neither do we.
 */
export function checkServerName(serverName: string, certificate: PeerCertificate): Error | undefined {
  const { dns, ip } = readAlternativeNames(certificate);
  const isAddress = isIP(serverName) !== 0;
  if (isAddress && ip.length === 0) {
    return new Error(`x509: cannot validate certificate for ${serverName} because it doesn't contain any IP SANs`);
  }
  if (dns.length === 0 && ip.length === 0) return new Error(explainMissing(serverName, certificate));
  if (!isAddress && dns.length === 0) {
    return new Error(`x509: certificate is not valid for any names, but wanted to match ${serverName}`);
  }
  if (checkServerIdentity(serverName, certificate) === undefined) return undefined;
  const names = isAddress ? ip : dns;
  return new Error(`x509: certificate is valid for ${names.join(', ')}, not ${serverName}`);
}

function explainMissing(serverName: string, { subject }: PeerCertificate): string {
  return subject?.CN === undefined
    ? `x509: certificate is not valid for any names, but wanted to match ${serverName}`
    : 'x509: certificate relies on legacy Common Name field, use SANs instead';
}

/** From OpenSSL's line: `DNS:a.example, IP Address:10.0.0.1`. */
function readAlternativeNames({ subjectaltname = '' }: PeerCertificate): {
  readonly dns: readonly string[];
  readonly ip: readonly string[];
} {
  const entries = subjectaltname.split(', ');
  const after = (prefix: string): readonly string[] =>
    entries.filter(entry => entry.startsWith(prefix)).map(entry => entry.slice(prefix.length));
  return { dns: after('DNS:'), ip: after('IP Address:') };
}
