import type { HttpHeaders } from '../http/http-message.ts';

/** RFC 9110: what concerns one connection only. Go's `ReverseProxy` takes the same away. */
const hopByHop: ReadonlySet<string> = new Set([
  'connection',
  'proxy-connection',
  'keep-alive',
  'proxy-authenticate',
  'proxy-authorization',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
]);

/** How a client proves who it is: for the API server alone. */
const credentials: ReadonlySet<string> = new Set(['authorization', 'x-remote-user', 'x-remote-uid', 'x-remote-group']);

type Headers = Readonly<Record<string, string | readonly string[]>>;

/** The client's headers as a backend gets them, for an ordinary request. */
export function passOnHeaders(headers: HttpHeaders, sourceAddress: string | undefined): Headers {
  const passed: Record<string, string | readonly string[]> = {};
  const perConnection = listNamed(headers['connection']);
  for (const name in headers) {
    const value = headers[name];
    // Those with a colon are HTTP/2's own.
    if (value === undefined || name.startsWith(':') || hopByHop.has(name) || perConnection.includes(name)) continue;
    if (!isPrivate(name)) passed[name] = value;
  }
  return addForwardedFor(passed, sourceAddress);
}

/** For a request to upgrade everything is passed on, what is said about the connection included. */
export function passOnUpgradeHeaders(headers: HttpHeaders, sourceAddress: string | undefined): Headers {
  const passed: Record<string, string | readonly string[]> = {};
  for (const name in headers) {
    const value = headers[name];
    if (value !== undefined && !isPrivate(name)) passed[name] = value;
  }
  return addForwardedFor(passed, sourceAddress);
}

/** A backend's headers as the client gets them. Kubernetes: a proxied page must not open the API server to others. */
export function passBackHeaders(headers: Headers): Headers {
  const passed: Record<string, string | readonly string[]> = {};
  for (const name in headers) {
    if (!isCrossOrigin(name)) passed[name] = headers[name]!;
  }
  return passed;
}

export function isHopByHop(name: string): boolean {
  return hopByHop.has(name);
}

function isPrivate(name: string): boolean {
  return credentials.has(name) || name.startsWith('impersonate-') || name.startsWith('x-remote-extra-');
}

function isCrossOrigin(name: string): boolean {
  switch (name) {
    case 'access-control-allow-credentials':
    case 'access-control-allow-headers':
    case 'access-control-allow-methods':
    case 'access-control-allow-origin':
      return true;
    default:
      return false;
  }
}

/** The names that `Connection: a, b` declares to be of this connection only. */
function listNamed(connection: string | readonly string[] | undefined): readonly string[] {
  if (connection === undefined) return [];
  return [connection].flat().flatMap(text => text.split(',').map(name => name.trim().toLowerCase()));
}

function addForwardedFor(headers: Record<string, string | readonly string[]>, source: string | undefined): Headers {
  if (source === undefined) return headers;
  const prior = headers['x-forwarded-for'];
  headers['x-forwarded-for'] = prior === undefined ? source : `${[prior].flat().join(', ')}, ${source}`;
  return headers;
}
