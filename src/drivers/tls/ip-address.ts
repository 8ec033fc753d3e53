import { isIPv4, isIPv6 } from 'node:net';

/** The 4 or 16 bytes of an address, in network order; throws a RangeError for text that is none. */
export function encodeIpAddress(text: string): Buffer {
  if (isIPv4(text)) return Buffer.from(text.split('.').map(Number));
  if (!isIPv6(text)) throw new RangeError(`not an IP address: ${text}`);
  const [head = '', tail] = foldEmbeddedIpv4(text).split('::');
  const before = toGroups(head);
  const after = toGroups(tail ?? '');
  const zeros = tail === undefined ? [] : new Array<number>(8 - before.length - after.length).fill(0);
  return Buffer.from([...before, ...zeros, ...after].flatMap(group => [group >> 8, group & 0xff]));
}

function toGroups(text: string): readonly number[] {
  return text === '' ? [] : text.split(':').map(group => Number.parseInt(group, 16));
}

/** `::ffff:10.0.0.1` as `::ffff:a00:1`. */
function foldEmbeddedIpv4(text: string): string {
  const lastColon = text.lastIndexOf(':');
  const last = text.slice(lastColon + 1);
  if (!isIPv4(last)) return text;
  const [a = 0, b = 0, c = 0, d = 0] = last.split('.').map(Number);
  return `${text.slice(0, lastColon + 1)}${((a << 8) | b).toString(16)}:${((c << 8) | d).toString(16)}`;
}
