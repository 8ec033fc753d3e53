import type { UserInfo } from '../core-contract.ts';
import { encodeText } from '../streaming/index.ts';

/** Characters that the name of a header may have; `%` escapes the others and therefore itself. */
const plainInName = /[a-z0-9!#$&'*+.^_`|~-]/i;

/** Kubernetes: how an aggregated server is told whose request it is. It believes them for the certificate's sake. */
export function userHeaders({ username, uid, groups, extra = {} }: UserInfo): Record<string, string | string[]> {
  const headers: Record<string, string | string[]> = { 'x-remote-user': toHeaderValue(username) };
  if (uid !== undefined && uid !== '') headers['x-remote-uid'] = toHeaderValue(uid);
  if (groups.length > 0) headers['x-remote-group'] = groups.map(toHeaderValue);
  for (const [key, values] of Object.entries(extra)) {
    if (values.length > 0) headers[`x-remote-extra-${escapeKey(key)}`] = values.map(toHeaderValue);
  }
  return headers;
}

function escapeKey(key: string): string {
  let escaped = '';
  for (const byte of encodeText(key)) {
    const character = String.fromCharCode(byte);
    escaped += plainInName.test(character) ? character : `%${byte.toString(16).toUpperCase().padStart(2, '0')}`;
  }
  return escaped;
}

/** Headers are bytes, and UTF-8 is what Go's programs take them for. */
function toHeaderValue(text: string): string {
  return String.fromCharCode(...encodeText(text));
}
