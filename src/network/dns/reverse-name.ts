import { type IpAddress, parseCidr, parseIp } from '../../machinery/index.ts';

const ipv4Suffix = '.in-addr.arpa';
const ipv6Suffix = '.ip6.arpa';

/** The name that a PTR question about the address has: `4.3.2.10.in-addr.arpa`. Undefined for what is no address. */
export function reverseName(ip: string): string | undefined {
  const address = parseIp(ip);
  if (address === undefined) return undefined;
  const { labels, suffix } = partsOf(address);
  return labels.reverse().join('.') + suffix;
}

/**
 * The zone of the reverse names of a range, as reverse zones are cut: at whole bytes (IPv4) or digits (IPv6). Where the
 * range ends within one, the zone is wider than the range: `10.96.0.0/12` has `10.in-addr.arpa`.
 */
export function reverseZone(cidr: string): string | undefined {
  const range = parseCidr(cidr);
  if (range === undefined) return undefined;
  const { labels, suffix } = partsOf({ family: range.family, bits: range.base });
  const kept = Math.floor(range.prefixLength / (range.family === 4 ? 8 : 4));
  return [...labels.slice(0, kept).reverse(), suffix.slice(1)].join('.');
}

/** The address that a whole reverse name asks about; undefined for other names. */
export function addressOfReverseName(name: string): IpAddress | undefined {
  if (name.endsWith(ipv4Suffix)) {
    return parseIp(name.slice(0, -ipv4Suffix.length).split('.').reverse().join('.'));
  }
  if (!name.endsWith(ipv6Suffix)) return undefined;
  const digits = name.slice(0, -ipv6Suffix.length).split('.').reverse();
  if (digits.length !== 32 || !digits.every(digit => /^[0-9a-f]$/.test(digit))) return undefined;
  return { family: 6, bits: BigInt(`0x${digits.join('')}`) };
}

/** The labels in the order of the address, widest first: bytes for IPv4, hexadecimal digits for IPv6. */
function partsOf({ family, bits }: IpAddress): { labels: string[]; suffix: string } {
  if (family === 6) return { labels: [...bits.toString(16).padStart(32, '0')], suffix: ipv6Suffix };
  return { labels: [24n, 16n, 8n, 0n].map(shift => String((bits >> shift) & 0xffn)), suffix: ipv4Suffix };
}
