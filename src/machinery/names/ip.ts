/** An address as a number: 32 bits for IPv4, 128 for IPv6. */
export interface IpAddress {
  readonly family: 4 | 6;
  readonly bits: bigint;
  /** Written as an IPv4-mapped IPv6 address (`::ffff:1.2.3.4`); Go treats it as IPv4. */
  readonly isMapped?: boolean | undefined;
  /** Written with leading zeros, which only lenient parsing accepts. */
  readonly hasLeadingZeros?: boolean | undefined;
}

/** An address range. `base` has no bits beyond the prefix. */
export interface Cidr {
  readonly family: 4 | 6;
  readonly base: bigint;
  readonly prefixLength: number;
}

const mappedPrefix = 0xffff_0000_0000n;

/** Parses as Kubernetes' lenient parser does: leading zeros are accepted and read as decimal. */
export function parseIp(text: string): IpAddress | undefined {
  if (!text.includes(':')) return parseIpv4(text);
  const v6 = parseIpv6(text);
  if (v6 === undefined) return undefined;
  if (v6 >> 32n === 0xffffn) return { family: 4, bits: v6 & 0xffff_ffffn, isMapped: true };
  return { family: 6, bits: v6 };
}

function parseIpv4(text: string): IpAddress | undefined {
  const parts = text.split('.');
  if (parts.length !== 4) return undefined;
  let bits = 0n;
  let hasLeadingZeros = false;
  for (const part of parts) {
    if (!/^[0-9]+$/.test(part) || Number(part) > 255) return undefined;
    if (part.length > 1 && part[0] === '0') hasLeadingZeros = true;
    bits = (bits << 8n) | BigInt(Number(part));
  }
  return hasLeadingZeros ? { family: 4, bits, hasLeadingZeros } : { family: 4, bits };
}

function parseIpv6(text: string): bigint | undefined {
  const halves = text.split('::');
  if (halves.length > 2) return undefined;
  const head = parseGroups(halves[0]!, halves.length === 1);
  const tail = halves.length === 2 ? parseGroups(halves[1]!, true) : [];
  if (head === undefined || tail === undefined) return undefined;
  const missing = 8 - head.length - tail.length;
  if (halves.length === 1 ? missing !== 0 : missing < 1) return undefined;
  const groups = [...head, ...new Array<number>(missing).fill(0), ...tail];
  return groups.reduce((bits, group) => (bits << 16n) | BigInt(group), 0n);
}

function parseGroups(text: string, mayEndInIpv4: boolean): number[] | undefined {
  if (text === '') return [];
  const parts = text.split(':');
  const groups: number[] = [];
  for (const [index, part] of parts.entries()) {
    if (mayEndInIpv4 && index === parts.length - 1 && part.includes('.')) {
      const v4 = parseIpv4(part);
      if (v4 === undefined) return undefined;
      groups.push(Number(v4.bits >> 16n), Number(v4.bits & 0xffffn));
    } else {
      if (!/^[0-9a-fA-F]{1,4}$/.test(part)) return undefined;
      groups.push(Number.parseInt(part, 16));
    }
  }
  return groups;
}

/** The canonical text (RFC 5952). */
export function formatIp(ip: Pick<IpAddress, 'family' | 'bits'>): string {
  if (ip.family === 4) {
    const bits = Number(ip.bits);
    return `${bits >>> 24}.${(bits >>> 16) & 255}.${(bits >>> 8) & 255}.${bits & 255}`;
  }
  const groups: number[] = [];
  for (let shift = 112n; shift >= 0n; shift -= 16n) groups.push(Number((ip.bits >> shift) & 0xffffn));
  return compressGroups(groups);
}

/** The longest run of at least two zero groups becomes `::`. */
function compressGroups(groups: readonly number[]): string {
  let start = -1;
  let length = 1;
  for (let at = 0; at < groups.length; at++) {
    let end = at;
    while (end < groups.length && groups[end] === 0) end++;
    if (end - at > length) {
      start = at;
      length = end - at;
    }
    if (end > at) at = end;
  }
  const hex = groups.map(group => group.toString(16));
  if (start < 0) return hex.join(':');
  return `${hex.slice(0, start).join(':')}::${hex.slice(start + length).join(':')}`;
}

/** Parses `10.0.0.0/8`. Bits beyond the prefix are dropped from `base`; `ip` keeps them. */
export function parseCidr(text: string): (Cidr & { readonly ip: IpAddress }) | undefined {
  const slash = text.lastIndexOf('/');
  if (slash < 0) return undefined;
  const lengthText = text.slice(slash + 1);
  const ip = parseIp(text.slice(0, slash));
  if (ip === undefined || !/^[0-9]+$/.test(lengthText)) return undefined;
  const written = Number(lengthText);
  const prefixLength = ip.isMapped === true ? written - 96 : written;
  const width = ip.family === 4 ? 32 : 128;
  if (prefixLength < 0 || prefixLength > width) return undefined;
  const hostBits = BigInt(width - prefixLength);
  const zeros = ip.hasLeadingZeros === true || (lengthText.length > 1 && lengthText[0] === '0');
  return {
    family: ip.family,
    base: (ip.bits >> hostBits) << hostBits,
    prefixLength,
    ip: zeros ? { ...ip, hasLeadingZeros: true } : ip,
  };
}

export function formatCidr(cidr: Cidr): string {
  return `${formatIp({ family: cidr.family, bits: cidr.base })}/${cidr.prefixLength}`;
}

/** Whether an address lies in a range of its own family. */
export function cidrContains(cidr: Cidr, ip: Pick<IpAddress, 'family' | 'bits'>): boolean {
  if (cidr.family !== ip.family) return false;
  const hostBits = BigInt((cidr.family === 4 ? 32 : 128) - cidr.prefixLength);
  return ip.bits >> hostBits === cidr.base >> hostBits;
}

/** The text of an IPv6 form of an IPv4 address. */
export function mapToIpv6(ip: IpAddress): IpAddress {
  return ip.family === 6 ? ip : { family: 6, bits: mappedPrefix | ip.bits };
}

const private4 = ['10.0.0.0/8', '172.16.0.0/12', '192.168.0.0/16'];

const inRange = (ip: IpAddress, range: string): boolean => cidrContains(parseCidr(range)!, ip);

/** What kind of address this is, for the fields that refuse some. Kubernetes: the `net.IP` predicates. */
export const ipTraits = {
  isUnspecified: (ip: IpAddress): boolean => ip.bits === 0n,
  isLoopback: (ip: IpAddress): boolean => (ip.family === 4 ? inRange(ip, '127.0.0.0/8') : ip.bits === 1n),
  isLinkLocalUnicast: (ip: IpAddress): boolean => inRange(ip, ip.family === 4 ? '169.254.0.0/16' : 'fe80::/10'),
  isLinkLocalMulticast: (ip: IpAddress): boolean =>
    ip.family === 4 ? inRange(ip, '224.0.0.0/24') : ip.bits >> 112n === 0xff02n,
  isMulticast: (ip: IpAddress): boolean => inRange(ip, ip.family === 4 ? '224.0.0.0/4' : 'ff00::/8'),
  isPrivate: (ip: IpAddress): boolean =>
    ip.family === 4 ? private4.some(range => inRange(ip, range)) : inRange(ip, 'fc00::/7'),
} as const;
