import { isIP } from 'node:net';
import type { ConnectionOptions } from 'node:tls';
import type { Backend } from '../../apiserver/proxy/index.ts';
import { checkServerName } from '../outbound/check-server-name.ts';

/** How a backend proves who it is, and who we are to it. */
export function tlsOptions(backend: Backend): ConnectionOptions {
  const { serverName = backend.host, certificateAuthority, clientCertificate } = backend;
  const { shouldSkipVerification = false } = backend;
  return {
    // RFC 6066: an address is no server name.
    servername: isIP(serverName) === 0 ? serverName : '',
    rejectUnauthorized: !shouldSkipVerification,
    ...(shouldSkipVerification ? {} : { checkServerIdentity: (_, peer) => checkServerName(serverName, peer) }),
    ...(certificateAuthority === undefined ? {} : { ca: certificateAuthority }),
    ...(clientCertificate === undefined ? {} : { cert: clientCertificate.certificate, key: clientCertificate.key }),
  };
}
