import { type Cidr, formatCidr, formatIp, parseCidr, parseIp } from '../../machinery/index.ts';
import type { Random } from '../../world/index.ts';
import { NumberPool, staticBand } from './number-pool.ts';

export interface ServiceNetworkOptions {
  /** Where cluster IPs come from. Default 10.96.0.0/16. */
  readonly serviceCidr?: string | undefined;
  /** Both ends belong to it. Default 30000 to 32767. */
  readonly nodePortRange?: { readonly from: number; readonly to: number } | undefined;
}

export type IpFamily = 'IPv4' | 'IPv6';

/** Ranges beyond this are only used up to it: nobody has a million Services. */
const maxAddresses = 1 << 20;

/** The addresses and ports that Services can have: one family, one range each. */
export class ServiceNetwork {
  readonly family: IpFamily;
  readonly cidr: string;
  readonly ports: { readonly from: number; readonly to: number };
  readonly #base: bigint;
  readonly #addresses: NumberPool;
  readonly #nodePorts: NumberPool;

  constructor(options: ServiceNetworkOptions, random: Random) {
    const range = parseRange(options.serviceCidr ?? '10.96.0.0/16');
    this.family = range.family === 4 ? 'IPv4' : 'IPv6';
    this.cidr = formatCidr(range);
    this.ports = options.nodePortRange ?? { from: 30000, to: 32767 };
    this.#base = range.base + 1n;
    const size = usableAddresses(range);
    this.#addresses = new NumberPool(size, staticBand(size, 16, 256, 16), random);
    const ports = this.ports.to - this.ports.from + 1;
    this.#nodePorts = new NumberPool(ports, staticBand(ports, 16, 128, 32), random);
  }

  /** The first address: the `kubernetes` Service's. */
  get firstAddress(): string {
    return this.#addressAt(0);
  }

  drawAddress(isTaken: (address: string) => boolean): string | undefined {
    const drawn = this.#addresses.draw(number => isTaken(this.#addressAt(number)));
    return drawn === undefined ? undefined : this.#addressAt(drawn);
  }

  drawNodePort(isTaken: (port: number) => boolean): number | undefined {
    const drawn = this.#nodePorts.draw(number => isTaken(this.ports.from + number));
    return drawn === undefined ? undefined : this.ports.from + drawn;
  }

  /** The address as it is kept, or undefined when it is none of the range. */
  contains(address: string): boolean {
    const parsed = parseIp(address);
    if (parsed === undefined || (parsed.family === 4 ? 'IPv4' : 'IPv6') !== this.family) return false;
    const offset = parsed.bits - this.#base;
    return offset >= 0n && offset < BigInt(this.#addresses.size);
  }

  #addressAt(number: number): string {
    return formatIp({ family: this.family === 'IPv4' ? 4 : 6, bits: this.#base + BigInt(number) });
  }
}

function parseRange(text: string): Cidr {
  const parsed = parseCidr(text);
  if (parsed === undefined) throw new Error(`service range ${text} is not a CIDR`);
  return parsed;
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
