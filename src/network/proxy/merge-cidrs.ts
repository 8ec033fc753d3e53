import { type Cidr, cidrContains, formatCidr, parseCidr } from '../../machinery/index.ts';

/** The same addresses without ranges that lie inside others, which nft refuses in one set. Unreadable ones fall out. */
export function mergeCidrs(cidrs: readonly string[]): string[] {
  const ranges = cidrs.map(cidr => parseCidr(cidr.trim())).filter(range => range !== undefined);
  ranges.sort((a, b) => a.prefixLength - b.prefixLength);
  const kept: Cidr[] = [];
  // Two ranges either nest or do not touch, so it is enough to look at their first addresses, wide ranges first.
  for (const range of ranges) {
    const first = { family: range.family, bits: range.base };
    if (!kept.some(wider => cidrContains(wider, first))) kept.push(range);
  }
  return kept.map(formatCidr);
}
