import { isIPv6 } from 'node:net';

const systemTexts: Readonly<Record<string, string>> = {
  ECONNREFUSED: 'connect: connection refused',
  EHOSTUNREACH: 'connect: no route to host',
  ENETUNREACH: 'connect: network is unreachable',
  ETIMEDOUT: 'connect: connection timed out',
  ECONNRESET: 'read: connection reset by peer',
  EPIPE: 'write: broken pipe',
};

/** What Go's net package would say; events and statuses show it, and people search for it. */
export function formatSystemError(error: Error): string {
  const { code = '', message } = error as NodeJS.ErrnoException;
  if (code === 'ECONNRESET' && message === 'socket hang up') return 'EOF';
  return systemTexts[code] ?? message;
}

export function formatHostPort(host: string, port: number): string {
  return isIPv6(host) ? `[${host}]:${port}` : `${host}:${port}`;
}
