import type { Environment } from '@marcbachmann/cel-js';
import {
  type Cidr,
  cidrContains,
  formatCidr,
  formatIp,
  type IpAddress,
  ipTraits,
  parseCidr,
  parseIp,
} from '../../names/ip.ts';

class CelIp {
  readonly ip: IpAddress;

  constructor(ip: IpAddress) {
    this.ip = ip;
  }
}

class CelCidr {
  readonly cidr: Cidr;
  /** The address as written, which may have bits beyond the prefix. */
  readonly ip: IpAddress;

  constructor(cidr: Cidr, ip: IpAddress) {
    this.cidr = cidr;
    this.ip = ip;
  }
}

/** Kubernetes: rules read addresses strictly: no leading zeros, no IPv4 inside IPv6. */
function parseStrictIp(text: string): IpAddress | undefined {
  const ip = parseIp(text);
  return ip === undefined || ip.hasLeadingZeros === true || ip.isMapped === true ? undefined : ip;
}

function toIp(text: string): CelIp {
  const ip = parseStrictIp(text);
  if (ip === undefined) throw new Error(`IP Address ${JSON.stringify(text)} parse error during conversion from string`);
  return new CelIp(ip);
}

function parseStrictCidr(text: string): CelCidr | undefined {
  const parsed = parseCidr(text);
  if (parsed === undefined || parsed.ip.hasLeadingZeros === true || parsed.ip.isMapped === true) return undefined;
  return new CelCidr(parsed, parsed.ip);
}

function toCidr(text: string): CelCidr {
  const cidr = parseStrictCidr(text);
  if (cidr === undefined)
    throw new Error(`network address parse error during conversion from string: ${JSON.stringify(text)}`);
  return cidr;
}

/** Go: everything but multicast, loopback, link-local, unspecified and IPv4's broadcast address. */
function isGlobalUnicast({ ip }: CelIp): boolean {
  const isBroadcast = ip.family === 4 && ip.bits === 0xffff_ffffn;
  const isSpecial = ipTraits.isMulticast(ip) || ipTraits.isLoopback(ip) || ipTraits.isLinkLocalUnicast(ip);
  return !isBroadcast && !isSpecial && !ipTraits.isUnspecified(ip);
}

function containsCidr(outer: CelCidr, inner: CelCidr): boolean {
  if (outer.cidr.family !== inner.cidr.family || outer.cidr.prefixLength > inner.cidr.prefixLength) return false;
  return cidrContains(outer.cidr, { family: inner.cidr.family, bits: inner.cidr.base });
}

function containsIp({ cidr }: CelCidr, { ip }: CelIp): boolean {
  return cidr.family === ip.family && cidrContains(cidr, ip);
}

/** Kubernetes' addresses and networks: `cidr('10.0.0.0/8').containsIP('10.1.2.3')`. */
export function registerAddresses(environment: Environment): void {
  const ip = 'net.IP';
  const net = 'net.CIDR';
  environment
    .registerType(ip, { ctor: CelIp, fields: {} })
    .registerType(net, { ctor: CelCidr, fields: {} })
    .registerOperator(`${ip} == ${ip}`, (a: CelIp, b: CelIp) => formatIp(a.ip) === formatIp(b.ip))
    .registerOperator(`${net} == ${net}`, (a: CelCidr, b: CelCidr) => formatCidr(a.cidr) === formatCidr(b.cidr))
    .registerFunction(`ip(string): ${ip}`, toIp)
    .registerFunction('isIP(string): bool', (text: string) => parseStrictIp(text) !== undefined)
    // `ip.isCanonical(text)` is a function of the namespace `ip`, which the library cannot have beside the function `ip`.
    .registerFunction(`${ip}.family(): int`, (value: CelIp) => BigInt(value.ip.family))
    .registerFunction(`${ip}.isUnspecified(): bool`, (value: CelIp) => ipTraits.isUnspecified(value.ip))
    .registerFunction(`${ip}.isLoopback(): bool`, (value: CelIp) => ipTraits.isLoopback(value.ip))
    .registerFunction(`${ip}.isLinkLocalMulticast(): bool`, (value: CelIp) => ipTraits.isLinkLocalMulticast(value.ip))
    .registerFunction(`${ip}.isLinkLocalUnicast(): bool`, (value: CelIp) => ipTraits.isLinkLocalUnicast(value.ip))
    .registerFunction(`${ip}.isGlobalUnicast(): bool`, isGlobalUnicast)
    .registerFunction(`string(${ip}): string`, (value: CelIp) => formatIp(value.ip))
    .registerFunction(`cidr(string): ${net}`, toCidr)
    .registerFunction('isCIDR(string): bool', (text: string) => parseStrictCidr(text) !== undefined)
    .registerFunction(`${net}.containsIP(string): bool`, (value: CelCidr, text: string) =>
      containsIp(value, toIp(text)),
    )
    .registerFunction(`${net}.containsIP(${ip}): bool`, containsIp)
    .registerFunction(`${net}.containsCIDR(string): bool`, (value: CelCidr, text: string) =>
      containsCidr(value, toCidr(text)),
    )
    .registerFunction(`${net}.containsCIDR(${net}): bool`, containsCidr)
    .registerFunction(`${net}.ip(): ${ip}`, (value: CelCidr) => new CelIp(value.ip))
    .registerFunction(`${net}.prefixLength(): int`, (value: CelCidr) => BigInt(value.cidr.prefixLength))
    .registerFunction(
      `${net}.masked(): ${net}`,
      ({ cidr }: CelCidr) => new CelCidr(cidr, { family: cidr.family, bits: cidr.base }),
    )
    .registerFunction(`string(${net}): string`, (value: CelCidr) => formatCidr(value.cidr));
}
