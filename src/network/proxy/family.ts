/** What differs between the two address families in nft's language. */
export interface Family {
  /** nft's name of the family, of its tables and of its header expressions. */
  readonly name: 'ip' | 'ip6';
  readonly addressType: 'IPv4' | 'IPv6';
  readonly nftAddress: 'ipv4_addr' | 'ipv6_addr';
  readonly loopback: string;
  readonly multicast: string;
}

export const ipv4: Family = {
  name: 'ip',
  addressType: 'IPv4',
  nftAddress: 'ipv4_addr',
  loopback: '127.0.0.0/8',
  multicast: '224.0.0.0/4',
};

export const ipv6: Family = {
  name: 'ip6',
  addressType: 'IPv6',
  nftAddress: 'ipv6_addr',
  loopback: '::1',
  multicast: 'ff00::/8',
};

/** Whether an address or a range in CIDR notation belongs to the family. */
export function isOfFamily(family: Family, addressOrCidr: string): boolean {
  return addressOrCidr.includes(':') === (family === ipv6);
}
