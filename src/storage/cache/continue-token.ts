import { statusError } from '../../machinery/index.ts';
import { decodeBase64Url, encodeBase64Url } from './base64-url.ts';

/** Where a list goes on: at which revision (-1: at the latest, inconsistently) and from which key. */
export interface ContinueToken {
  readonly revision: number;
  readonly startKey: string;
}

/** Kubernetes: base64url of `{"v":"meta.k8s.io/v1","rv":N,"start":"…"}`, the key without `prefix`. */
export function encodeContinue(token: ContinueToken, prefix: string): string {
  const start = token.startKey.slice(prefix.length);
  const text = JSON.stringify({ v: 'meta.k8s.io/v1', rv: token.revision, start });
  return encodeBase64Url(escapeNonAscii(text));
}

/** Throws a `StatusError` (400) with upstream's text for what no server has made. */
export function decodeContinue(text: string, prefix: string): ContinueToken {
  const { v, rv, start } = parseToken(text);
  if (v !== 'meta.k8s.io/v1')
    throw refuse(`continue key is not valid: server does not recognize this encoded version ${String(v)}`);
  if (typeof rv !== 'number' || !Number.isSafeInteger(rv) || rv === 0)
    throw refuse('continue key is not valid: incorrect encoded start resourceVersion (version meta.k8s.io/v1)');
  if (typeof start !== 'string' || start === '')
    throw refuse('continue key is not valid: encoded start key empty (version meta.k8s.io/v1)');
  // A token is a client's text: it must not lead out of the resource that was authorized.
  if (start.split('/').some((part, i) => (part === '' && i > 0) || part === '.' || part === '..'))
    throw refuse(`continue key is not valid: ${start}`);
  return { revision: rv, startKey: prefix + (start.startsWith('/') ? start.slice(1) : start) };
}

function parseToken(text: string): { v?: unknown; rv?: unknown; start?: unknown } {
  try {
    const token: unknown = JSON.parse(decodeBase64Url(text));
    if (typeof token === 'object' && token !== null) return token;
  } catch (error) {
    throw refuse(`continue key is not valid: ${error instanceof Error ? error.message : String(error)}`);
  }
  throw refuse('continue key is not valid');
}

function refuse(why: string): Error {
  return statusError.badRequest(`invalid continue token: ${why}`);
}

function escapeNonAscii(json: string): string {
  return json.replace(/[\u0080-\uffff]/g, char => `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`);
}
