import type { Service } from '../../api/generated/index.ts';
import type { KubeObject } from '../../machinery/index.ts';
import type { ObjectCache } from '../../storage/index.ts';
import { followObjects } from './follow-objects.ts';

interface Holding {
  readonly addresses: readonly string[];
  readonly ports: readonly number[];
}

const nothing: Holding = { addresses: [], ports: [] };

/**
 * Which cluster IPs and node ports are in use. Derived from the Services that are stored, so that nothing can leak;
 * only what a write under way has been promised is kept besides, until it is known how that went.
 *
 * Differs from Kubernetes: no stored bitmaps, hence nothing to repair.
 */
export class AddressBook {
  readonly #addresses = new Map<string, number>();
  readonly #ports = new Map<number, number>();
  /** By uid. */
  readonly #held = new Map<string, Holding>();
  readonly #isReserved: (address: string) => boolean;

  /** `isReserved`: whether somebody keeps the address for something that is no Service. */
  constructor(isReserved: (address: string) => boolean) {
    this.#isReserved = isReserved;
  }

  /** Follows the Services of a cache from what they are now. */
  follow(services: ObjectCache): void {
    followObjects(
      services,
      (object, isGone) => this.#record(object, isGone),
      () => this.#forget(),
    );
  }

  hasAddress(address: string): boolean {
    return this.#addresses.has(address) || this.#isReserved(address);
  }

  hasPort(port: number): boolean {
    return this.#ports.has(port);
  }

  /** Keeps from others what a write has been promised. Returns how to let go. */
  promise(holding: Holding): () => void {
    this.#count(holding, 1);
    return () => this.#count(holding, -1);
  }

  #record(object: KubeObject, isGone: boolean): void {
    const uid = object.metadata.uid!;
    this.#count(this.#held.get(uid) ?? nothing, -1);
    this.#held.delete(uid);
    if (isGone) return;
    const holding = holdingOf(object as Service);
    this.#held.set(uid, holding);
    this.#count(holding, 1);
  }

  #count(holding: Holding, by: 1 | -1): void {
    for (const address of holding.addresses) adjust(this.#addresses, address, by);
    for (const port of holding.ports) adjust(this.#ports, port, by);
  }

  #forget(): void {
    this.#addresses.clear();
    this.#ports.clear();
    this.#held.clear();
  }
}

function adjust<K>(counts: Map<K, number>, key: K, by: 1 | -1): void {
  const count = (counts.get(key) ?? 0) + by;
  if (count === 0) counts.delete(key);
  else counts.set(key, count);
}

export function holdingOf(service: Service): Holding {
  const { spec } = service;
  if (spec === undefined || spec.type === 'ExternalName') return nothing;
  const addresses = (spec.clusterIPs ?? (spec.clusterIP ? [spec.clusterIP] : [])).filter(
    ip => ip !== 'None' && ip !== '',
  );
  return { addresses, ports: nodePortsOf(service) };
}

export function nodePortsOf(service: Service): readonly number[] {
  const ports: number[] = [];
  for (const { nodePort } of service.spec?.ports ?? []) if (nodePort) ports.push(nodePort);
  if (service.spec?.healthCheckNodePort) ports.push(service.spec.healthCheckNodePort);
  return ports;
}
