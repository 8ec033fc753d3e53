import { readIpv4, readIpv6 } from '../cidr.ts';

const ipv4Suffix = '.in-addr.arpa';
const ipv6Suffix = '.ip6.arpa';

/** The name that a PTR question about the address has: `4.3.2.10.in-addr.arpa`. Undefined for what is no address. */
export function reverseName(ip: string): string | undefined {
  if (readIpv4(ip) !== undefined) return ip.split('.').reverse().join('.') + ipv4Suffix;
  const value = readIpv6(ip);
  return value === undefined ? undefined : [...nibbles(value)].reverse().join('.') + ipv6Suffix;
}

/**
 * The zone of the reverse names of a range, as reverse zones are cut: at whole bytes (IPv4) or digits (IPv6). Where the
 * range ends within one, the zone is wider than the range: `10.96.0.0/12` has `10.in-addr.arpa`.
 */
export function reverseZone(cidr: string): string | undefined {
  const [ip = '', length = ''] = cidr.split('/');
  const bits = Number(length);
  const name = reverseName(ip);
  if (name === undefined || !Number.isInteger(bits)) return undefined;
  const labels = name.split('.');
  const skipped = ip.includes(':') ? 32 - Math.floor(bits / 4) : 4 - Math.floor(bits / 8);
  return labels.slice(skipped).join('.');
}

function nibbles(value: bigint): string {
  return value.toString(16).padStart(32, '0');
}

/** The address that a whole reverse name asks about, as a number; undefined for other names. */
export function addressOfReverseName(name: string): { readonly value: bigint; readonly isIpv6: boolean } | undefined {
  if (name.endsWith(ipv4Suffix)) {
    const value = readIpv4(name.slice(0, -ipv4Suffix.length).split('.').reverse().join('.'));
    return value === undefined ? undefined : { value, isIpv6: false };
  }
  if (!name.endsWith(ipv6Suffix)) return undefined;
  const digits = name.slice(0, -ipv6Suffix.length).split('.').reverse();
  if (digits.length !== 32 || !digits.every(digit => /^[0-9a-f]$/.test(digit))) return undefined;
  return { value: BigInt(`0x${digits.join('')}`), isIpv6: true };
}
