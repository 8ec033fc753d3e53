import { formatCidr, formatIp, parseCidr, parseIp } from '../../machinery/index.ts';

/** An address that is understood but written oddly. Kubernetes: `GetWarningsForIP`. */
export function warnOfIp(field: string, value: string): readonly string[] {
  const ip = parseIp(value);
  if (ip === undefined) return [];
  if (ip.hasLeadingZeros === true || ip.isMapped === true) {
    return [`${field}: non-standard IP address "${value}" is invalid: use "${formatIp(ip)}"`];
  }
  const canonical = formatIp(ip);
  if (ip.family === 4 || canonical === value) return [];
  return [`${field}: IPv6 address "${value}" should be in RFC 5952 canonical format ("${canonical}")`];
}

/** Kubernetes: `GetWarningsForCIDR`. */
export function warnOfCidr(field: string, value: string): readonly string[] {
  const cidr = parseCidr(value);
  if (cidr === undefined) return [];
  const canonical = formatCidr(cidr);
  if (cidr.ip.bits !== cidr.base) {
    const own = `${formatIp(cidr.ip)}/${cidr.ip.family === 4 ? 32 : 128}`;
    return [`${field}: CIDR value "${value}" is ambiguous in this context (should be "${canonical}" or "${own}"?)`];
  }
  if (cidr.ip.hasLeadingZeros === true || cidr.ip.isMapped === true) {
    return [`${field}: non-standard CIDR value "${value}" is invalid: use "${canonical}"`];
  }
  if (cidr.family === 4 || canonical === value) return [];
  return [`${field}: IPv6 CIDR value "${value}" should be in RFC 5952 canonical format ("${canonical}")`];
}
