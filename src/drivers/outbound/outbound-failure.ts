import { formatHostPort, formatSystemError } from '../host/go-error-text.ts';
import type { Target } from './https-calls.ts';

const unknownAuthority = 'tls: failed to verify certificate: x509: certificate signed by unknown authority';

/** OpenSSL's verdicts, by Node's codes, in the words of Go's crypto packages. */
const verificationTexts: Readonly<Record<string, string>> = {
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: unknownAuthority,
  UNABLE_TO_GET_ISSUER_CERT: unknownAuthority,
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: unknownAuthority,
  SELF_SIGNED_CERT_IN_CHAIN: unknownAuthority,
  DEPTH_ZERO_SELF_SIGNED_CERT: unknownAuthority,
  CERT_SIGNATURE_FAILURE: unknownAuthority,
  CERT_HAS_EXPIRED: 'tls: failed to verify certificate: x509: certificate has expired or is not yet valid',
  CERT_NOT_YET_VALID: 'tls: failed to verify certificate: x509: certificate has expired or is not yet valid',
  INVALID_PURPOSE: 'tls: failed to verify certificate: x509: certificate specifies an incompatible key usage',
};

/** What OpenSSL says in the middle of its `EPROTO` messages. */
const protocolTexts: Readonly<Record<string, string>> = {
  'wrong version number': 'http: server gave HTTP response to HTTPS client',
  'packet length too long': 'http: server gave HTTP response to HTTPS client',
  'alert certificate required': 'remote error: tls: certificate required',
  'alert unknown ca': 'remote error: tls: unknown certificate authority',
  'alert bad certificate': 'remote error: tls: bad certificate',
  'alert handshake failure': 'remote error: tls: handshake failure',
};

const lookupFailures: readonly string[] = ['ENOTFOUND', 'EAI_AGAIN', 'EAI_NODATA', 'EAI_NONAME'];
const connectFailures: readonly string[] = ['ECONNREFUSED', 'EHOSTUNREACH', 'ENETUNREACH', 'ETIMEDOUT'];

/** The error as Go's http client would word it, without the method and URL in front; Node's own is the cause. */
export function describeOutboundFailure(error: Error, target: Target): Error {
  const first = firstOf(error);
  return new Error(explain(first, target), { cause: error });
}

/** Of several addresses of a name that were all tried in vain, the first one's failure is told. */
function firstOf(error: Error): Error {
  return error instanceof AggregateError ? ((error.errors[0] as Error | undefined) ?? error) : error;
}

function explain(error: Error, { connect }: Target): string {
  const { code = '', message } = error as NodeJS.ErrnoException;
  if (message.startsWith('x509: ')) return `tls: failed to verify certificate: ${message}`;
  if (lookupFailures.includes(code)) return `dial tcp: lookup ${connect.host}: no such host`;
  if (connectFailures.includes(code)) {
    const { address = connect.host } = error as { address?: string };
    return `dial tcp ${formatHostPort(address, connect.port)}: ${formatSystemError(error)}`;
  }
  // A server that closes during the handshake, or before it has answered.
  if (code === 'ECONNRESET' && /socket hang up|secure TLS connection/.test(message)) return 'EOF';
  if (code.startsWith('HPE_')) return 'malformed HTTP response';
  return verificationTexts[code] ?? explainProtocol(message) ?? formatSystemError(error);
}

function explainProtocol(message: string): string | undefined {
  const said = Object.keys(protocolTexts).find(text => message.includes(text));
  return said === undefined ? undefined : protocolTexts[said];
}
