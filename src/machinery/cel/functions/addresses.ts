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
  const quoted = JSON.stringify(text);
  if (ip?.isMapped === true) return fail(`IPv4-mapped IPv6 address ${quoted} is not allowed`);
  if (ip !== undefined && ip.hasLeadingZeros !== true) return new CelIp(ip);
  return fail(`IP Address ${quoted} parse error during conversion from string: ${explainAddress(text as string)}`);
}

/** Go's `netip.ParseAddr`. */
function explainAddress(text: string): string {
  return `ParseAddr(${JSON.stringify(text)}): ${explainParts(text)}`;
}

function explainParts(text: string): string {
  const mark = /[.:]/.exec(text)?.[0];
  if (mark === undefined) return 'unable to parse IP';
  if (mark === ':') return text.includes('::') ? 'unable to parse IP' : 'address string too short';
  for (const part of text.split('.')) {
    if (/^0\d/.test(part)) return 'IPv4 field has octet with leading zero';
    if (/^\d+$/.test(part) && Number(part) > 255) return 'IPv4 field has value >255';
  }
  const count = text.split('.').length;
  return count < 4 ? 'IPv4 address too short' : count > 4 ? 'IPv4 address too long' : 'unable to parse IP';
}

const networkProblem = 'network address parse error during conversion from string: ';

function readCidr(text: unknown): CelCidr | CelFailure {
  const parsed = parseCidr(text as string);
  if (parsed?.ip.isMapped === true) {
    return fail(`${networkProblem}IPv4-mapped IPv6 address ${JSON.stringify(text)} is not allowed`);
  }
  if (parsed !== undefined && parsed.ip.hasLeadingZeros !== true) return new CelCidr(parsed, parsed.ip);
  return fail(`${networkProblem}${networkProblem}${explainNetwork(text as string)}`);
}

/** Go's `netip.ParsePrefix`. */
function explainNetwork(text: string): string {
  const problem = `netip.ParsePrefix(${JSON.stringify(text)}): `;
  const slash = text.lastIndexOf('/');
  if (slash < 0) return `${problem}no '/'`;
  const address = text.slice(0, slash);
  const bits = text.slice(slash + 1);
  const ip = parseIp(address);
  if (ip === undefined || ip.hasLeadingZeros === true) return problem + explainAddress(address);
  return (
    problem + (/^(?:0|[1-9]\d{0,2})$/.test(bits) ? 'prefix length out of range' : `bad bits after slash: "${bits}"`)
  );
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
