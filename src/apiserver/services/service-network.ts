import type { ServiceCIDR } from '../../api/generated/index.ts';
import { compareText, type KubeObject, parseCidr } from '../../machinery/index.ts';
import type { ObjectCache } from '../../storage/index.ts';
import type { Random } from '../../world/index.ts';
import { AddressRange, type IpFamily } from './address-range.ts';
import { followObjects } from './follow-objects.ts';
import { NumberPool, staticBand } from './number-pool.ts';

export interface ServiceNetworkOptions {
  /** Where cluster IPs come from. Default 10.96.0.0/16. */
  readonly serviceCidr?: string | undefined;
  /** Both ends belong to it. Default 30000 to 32767. */
  readonly nodePortRange?: { readonly from: number; readonly to: number } | undefined;
}

/**
 * The addresses and ports that Services can have: one family, the server's own range and those that ServiceCIDRs add,
 * one range of ports.
 */
export class ServiceNetwork {
  readonly ports: { readonly from: number; readonly to: number };
  readonly #random: Random;
  readonly #own: AddressRange;
  /** By the ServiceCIDR's name. */
  readonly #added = new Map<string, readonly AddressRange[]>();
  #ranges: readonly AddressRange[];
  readonly #nodePorts: NumberPool;

  constructor(options: ServiceNetworkOptions, random: Random) {
    this.#random = random;
    this.#own = this.#open(options.serviceCidr ?? '10.96.0.0/16');
    this.#ranges = [this.#own];
    this.ports = options.nodePortRange ?? { from: 30000, to: 32767 };
    const ports = this.ports.to - this.ports.from + 1;
    this.#nodePorts = new NumberPool(ports, staticBand(ports, 16, 128, 32), random);
  }

  get family(): IpFamily {
    return this.#own.family;
  }

  /** The server's own range. */
  get cidr(): string {
    return this.#own.cidr;
  }

  /** The first address: the `kubernetes` Service's. */
  get firstAddress(): string {
    return this.#own.firstAddress;
  }

  /** Takes ServiceCIDRs into account, now and as they change. */
  follow(ranges: ObjectCache): void {
    followObjects(
      ranges,
      (object, isGone) => this.#record(object, isGone),
      () => this.#added.clear(),
    );
  }

  /** From the server's own range as long as that has some. */
  drawAddress(isTaken: (address: string) => boolean): string | undefined {
    for (const range of this.#ranges) {
      const address = range.draw(isTaken);
      if (address !== undefined) return address;
    }
    return undefined;
  }

  drawNodePort(isTaken: (port: number) => boolean): number | undefined {
    const drawn = this.#nodePorts.draw(number => isTaken(this.ports.from + number));
    return drawn === undefined ? undefined : this.ports.from + drawn;
  }

  /** Whether a Service may ask for the address. */
  contains(address: string): boolean {
    return this.#ranges.some(range => range.contains(address));
  }

  #record(object: KubeObject, isGone: boolean): void {
    const range = object as ServiceCIDR;
    const name = range.metadata.name!;
    if (isGone || !isOpen(range)) this.#added.delete(name);
    else this.#added.set(name, this.#rangesOf(range));
    const byName = [...this.#added].sort(([a], [b]) => compareText(a, b));
    this.#ranges = [this.#own, ...byName.flatMap(([, ranges]) => ranges)];
  }

  #rangesOf({ spec }: ServiceCIDR): readonly AddressRange[] {
    return (spec?.cidrs ?? [])
      .map(cidr => this.#open(cidr))
      .filter(({ cidr, family }) => family === this.family && cidr !== this.cidr);
  }

  #open(text: string): AddressRange {
    const parsed = parseCidr(text);
    if (parsed === undefined) throw new Error(`service range ${text} is not a CIDR`);
    return new AddressRange(parsed, this.#random);
  }
}

/** Kubernetes: a range is drawn from unless it is going or somebody says that it is not ready. */
function isOpen({ metadata, status }: ServiceCIDR): boolean {
  if (metadata.deletionTimestamp !== undefined) return false;
  return status?.conditions?.some(({ type, status: value }) => type === 'Ready' && value === 'False') !== true;
}
