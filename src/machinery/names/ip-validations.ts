import { type FieldError, fieldError } from '../field-error.ts';
import { quoteGo } from '../json/index.ts';
import { formatCidr, formatIp, type IpAddress, parseCidr, parseIp } from './ip.ts';

const badIp = 'must be a valid IP address, (e.g. 10.9.8.7 or 2001:db8::ffff)';
const badCidr = 'must be a valid CIDR value, (e.g. 10.9.8.0/24 or 2001:db8::/64)';

function isMapped(ip: IpAddress): boolean {
  return ip.isMapped === true;
}

function strictIpProblems(field: string, value: string, ip: IpAddress): FieldError[] {
  if (ip.hasLeadingZeros === true) return [fieldError.invalid(field, value, 'must not have leading 0s')];
  return isMapped(ip) ? [fieldError.invalid(field, value, 'must not be an IPv4-mapped IPv6 address')] : [];
}

/** Kubernetes: `IsValidIP`: canonical form only. */
export function validateIp(field: string, value: string): readonly FieldError[] {
  const ip = parseIp(value);
  if (ip === undefined) return [fieldError.invalid(field, value, badIp)];
  const errors = strictIpProblems(field, value, ip);
  if (errors.length > 0) return errors;
  const canonical = formatIp(ip);
  return canonical === value
    ? []
    : [fieldError.invalid(field, value, `must be in canonical form (${quoteGo(canonical)})`)];
}

/**
 * Kubernetes: `IsValidIPForLegacyField` with strict validation, which is on by default: no leading zeros, no IPv4-mapped
 * addresses, but any spelling of IPv6. What the old object already held stays valid.
 */
export function validateLegacyIp(field: string, value: string, old: readonly string[] = []): readonly FieldError[] {
  if (old.includes(value)) return [];
  const ip = parseIp(value);
  return ip === undefined ? [fieldError.invalid(field, value, badIp)] : strictIpProblems(field, value, ip);
}

function strictCidrProblems(
  field: string,
  value: string,
  cidr: NonNullable<ReturnType<typeof parseCidr>>,
): FieldError[] {
  if (cidr.ip.hasLeadingZeros === true) {
    return [fieldError.invalid(field, value, 'must not have leading 0s in IP or prefix length')];
  }
  if (isMapped(cidr.ip)) return [fieldError.invalid(field, value, 'must not have an IPv4-mapped IPv6 address')];
  return cidr.ip.bits === cidr.base
    ? []
    : [fieldError.invalid(field, value, 'must not have bits set beyond the prefix length')];
}

/** Kubernetes: `IsValidCIDR`: canonical form only. */
export function validateCidr(field: string, value: string): readonly FieldError[] {
  const cidr = parseCidr(value);
  if (cidr === undefined) return [fieldError.invalid(field, value, badCidr)];
  const errors = strictCidrProblems(field, value, cidr);
  if (errors.length > 0) return errors;
  const canonical = formatCidr(cidr);
  return canonical === value
    ? []
    : [fieldError.invalid(field, value, `must be in canonical form (${quoteGo(canonical)})`)];
}

/** Kubernetes: `IsValidCIDRForLegacyField` with strict validation. */
export function validateLegacyCidr(field: string, value: string, old: readonly string[] = []): readonly FieldError[] {
  if (old.includes(value)) return [];
  const cidr = parseCidr(value);
  return cidr === undefined ? [fieldError.invalid(field, value, badCidr)] : strictCidrProblems(field, value, cidr);
}
