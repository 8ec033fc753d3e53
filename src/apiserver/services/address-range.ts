import { type Cidr, formatCidr, formatIp, parseIp } from '../../machinery/index.ts';
import type { Random } from '../../world/index.ts';
import { NumberPool, staticBand } from './number-pool.ts';

export type IpFamily = 'IPv4' | 'IPv6';

/** Ranges beyond this are only used up to it: nobody has a million Services. */
const maxAddresses = 1 << 20;

/** One range out of which Services get addresses. */
export class AddressRange {
  readonly family: IpFamily;
  readonly cidr: string;
  readonly #base: bigint;
  readonly #pool: NumberPool;

  constructor(range: Cidr, random: Random) {
    this.family = range.family === 4 ? 'IPv4' : 'IPv6';
    this.cidr = formatCidr(range);
    this.#base = range.base + 1n;
    const size = usableAddresses(range);
    this.#pool = new NumberPool(size, staticBand(size, 16, 256, 16), random);
  }

  get firstAddress(): string {
    return this.#addressAt(0);
  }

  draw(isTaken: (address: string) => boolean): string | undefined {
    const drawn = this.#pool.draw(number => isTaken(this.#addressAt(number)));
    return drawn === undefined ? undefined : this.#addressAt(drawn);
  }

  contains(address: string): boolean {
    const parsed = parseIp(address);
    if (parsed === undefined || (parsed.family === 4 ? 'IPv4' : 'IPv6') !== this.family) return false;
    const offset = parsed.bits - this.#base;
    return offset >= 0n && offset < BigInt(this.#pool.size);
  }

  #addressAt(number: number): string {
    return formatIp({ family: this.family === 'IPv4' ? 4 : 6, bits: this.#base + BigInt(number) });
  }
}

/** All but the network's own address and, in IPv4, the broadcast address. */
function usableAddresses(range: Cidr): number {
  const hostBits = (range.family === 4 ? 32 : 128) - range.prefixLength;
  if (hostBits > 20) return maxAddresses;
  return Math.max(0, 2 ** hostBits - (range.family === 4 ? 2 : 1));
}

export function familyOf(address: string): IpFamily {
  return address.includes(':') ? 'IPv6' : 'IPv4';
}
