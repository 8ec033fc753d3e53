/** The addresses of a range as numbers, both ends included. */
export interface CidrRange {
  readonly text: string;
  readonly isIpv6: boolean;
  readonly first: bigint;
  readonly last: bigint;
}

export function cidrHolds(range: CidrRange, address: bigint, isIpv6: boolean): boolean {
  return isIpv6 === range.isIpv6 && address >= range.first && address <= range.last;
}

/** The same addresses without ranges that lie inside others, which nft refuses in one set. Unreadable ones fall out. */
export function mergeCidrs(cidrs: readonly string[]): string[] {
  const ranges = cidrs.map(readCidr).filter(range => range !== undefined);
  ranges.sort((a, b) =>
    a.first !== b.first ? (a.first < b.first ? -1 : 1) : a.last > b.last ? -1 : a.last < b.last ? 1 : 0,
  );
  const kept: CidrRange[] = [];
  for (const range of ranges) {
    const previous = kept.at(-1);
    // Two CIDR ranges either nest or do not touch.
    if (previous === undefined || range.first > previous.last) kept.push(range);
  }
  return kept.map(range => range.text);
}

/** `10.0.0.0/8`, or one address; undefined where it is neither. */
export function readCidr(cidr: string): CidrRange | undefined {
  const slash = cidr.indexOf('/');
  const address = (slash < 0 ? cidr : cidr.slice(0, slash)).trim();
  const bits = address.includes(':') ? 128 : 32;
  const length = slash < 0 ? bits : Number(cidr.slice(slash + 1).trim());
  const value = bits === 128 ? readIpv6(address) : readIpv4(address);
  if (value === undefined || !Number.isInteger(length) || length < 0 || length > bits) return undefined;
  const hostBits = BigInt(bits - length);
  const first = (value >> hostBits) << hostBits;
  return { text: `${address}/${length}`, isIpv6: bits === 128, first, last: first + (1n << hostBits) - 1n };
}

/** The address as a number; undefined where it is none. */
export function readIpv4(address: string): bigint | undefined {
  const parts = address.split('.');
  if (parts.length !== 4) return undefined;
  let value = 0n;
  for (const part of parts) {
    if (!/^\d{1,3}$/.test(part) || Number(part) > 255) return undefined;
    value = (value << 8n) | BigInt(part);
  }
  return value;
}

/** The address as a number; undefined where it is none. Takes `::` and a dotted IPv4 tail. */
export function readIpv6(address: string): bigint | undefined {
  let text = address;
  const dotted = text.includes('.') ? text.slice(text.lastIndexOf(':') + 1) : undefined;
  if (dotted !== undefined) {
    const tail = readIpv4(dotted);
    if (tail === undefined) return undefined;
    text = `${text.slice(0, -dotted.length)}${(tail >> 16n).toString(16)}:${(tail & 0xffffn).toString(16)}`;
  }
  const halves = text.split('::');
  if (halves.length > 2) return undefined;
  const head = groupsOf(halves[0]!);
  const tail = halves.length === 2 ? groupsOf(halves[1]!) : [];
  const missing = 8 - head.length - tail.length;
  if (halves.length === 2 ? missing < 1 : missing !== 0) return undefined;
  let value = 0n;
  for (const group of [...head, ...new Array<string>(missing).fill('0'), ...tail]) {
    if (!/^[0-9a-fA-F]{1,4}$/.test(group)) return undefined;
    value = (value << 16n) | BigInt(`0x${group}`);
  }
  return value;
}

function groupsOf(text: string): string[] {
  return text === '' ? [] : text.split(':');
}
