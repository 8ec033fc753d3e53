import { type Cidr, cidrContains, formatIp, type IpAddress, ipTraits, parseCidr, parseIp } from '../../names/ip.ts';
import { CelFailure, fail } from '../language/failure.ts';
import type { Functions } from '../language/program.ts';
import { CelObject } from '../language/values.ts';

export class CelIp extends CelObject {
  readonly typeName = 'net.IP';
  readonly ip: IpAddress;

  constructor(ip: IpAddress) {
    super();
    this.ip = ip;
  }

  equals(other: CelObject): boolean {
    return other instanceof CelIp && other.toText() === this.toText();
  }

  toText(): string {
    return formatIp(this.ip);
  }
}

export class CelCidr extends CelObject {
  readonly typeName = 'net.CIDR';
  readonly cidr: Cidr;
  /** The address as written, which may have bits beyond the prefix. */
  readonly ip: IpAddress;

  constructor(cidr: Cidr, ip: IpAddress) {
    super();
    this.cidr = cidr;
    this.ip = ip;
  }

  equals(other: CelObject): boolean {
    return other instanceof CelCidr && other.toText() === this.toText();
  }

  toText(): string {
    return `${formatIp(this.ip)}/${this.cidr.prefixLength}`;
  }

  masked(): CelCidr {
    return new CelCidr(this.cidr, { family: this.cidr.family, bits: this.cidr.base });
  }
}

/** Kubernetes: rules read addresses strictly: no leading zeros, no IPv4 inside IPv6. */
function readIp(text: unknown): CelIp | CelFailure {
  const ip = parseIp(text as string);
  if (ip !== undefined && ip.hasLeadingZeros !== true && ip.isMapped !== true) return new CelIp(ip);
  return fail(`IP Address ${JSON.stringify(text)} parse error during conversion from string: unable to parse IP`);
}

function readCidr(text: unknown): CelCidr | CelFailure {
  const parsed = parseCidr(text as string);
  if (parsed !== undefined && parsed.ip.hasLeadingZeros !== true && parsed.ip.isMapped !== true) {
    return new CelCidr(parsed, parsed.ip);
  }
  return fail(`network address parse error during conversion from string: ${JSON.stringify(text)}`);
}

/** Go: everything but multicast, loopback, link-local, unspecified and IPv4's broadcast address. */
function isGlobalUnicast(ip: IpAddress): boolean {
  const isBroadcast = ip.family === 4 && ip.bits === 0xffff_ffffn;
  const isSpecial = ipTraits.isMulticast(ip) || ipTraits.isLoopback(ip) || ipTraits.isLinkLocalUnicast(ip);
  return !isBroadcast && !isSpecial && !ipTraits.isUnspecified(ip);
}

function containsIp(network: unknown, address: unknown): unknown {
  const ip = typeof address === 'string' ? readIp(address) : (address as CelIp);
  if (ip instanceof CelFailure) return ip;
  const { cidr } = network as CelCidr;
  return cidr.family === ip.ip.family && cidrContains(cidr, ip.ip);
}

function containsCidr(network: unknown, other: unknown): unknown {
  const inner = typeof other === 'string' ? readCidr(other) : (other as CelCidr);
  if (inner instanceof CelFailure) return inner;
  const outer = (network as CelCidr).cidr;
  if (outer.family !== inner.cidr.family || outer.prefixLength > inner.cidr.prefixLength) return false;
  return cidrContains(outer, { family: inner.cidr.family, bits: inner.cidr.base });
}

function traitOf(test: (ip: IpAddress) => boolean): (value: unknown) => unknown {
  return value => test((value as CelIp).ip);
}

/** `cidr('10.0.0.0/8').containsIP('10.1.2.3')`. */
export const addresses: Functions = {
  ip: value => (value instanceof CelCidr ? new CelIp(value.ip) : readIp(value)),
  isIP: text => readIp(text) instanceof CelIp,
  'ip.isCanonical': text => {
    const ip = readIp(text);
    return ip instanceof CelFailure ? ip : ip.toText() === text;
  },
  family: value => BigInt((value as CelIp).ip.family),
  isUnspecified: traitOf(ipTraits.isUnspecified),
  isLoopback: traitOf(ipTraits.isLoopback),
  isLinkLocalMulticast: traitOf(ipTraits.isLinkLocalMulticast),
  isLinkLocalUnicast: traitOf(ipTraits.isLinkLocalUnicast),
  isGlobalUnicast: traitOf(isGlobalUnicast),
  cidr: readCidr,
  isCIDR: text => readCidr(text) instanceof CelCidr,
  containsIP: containsIp,
  containsCIDR: containsCidr,
  prefixLength: value => BigInt((value as CelCidr).cidr.prefixLength),
  masked: value => (value as CelCidr).masked(),
};
