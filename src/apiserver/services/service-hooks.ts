import type { Service, ServicePort } from '../../api/generated/index.ts';
import { fieldError, type KubeObject, parseIp, statusError } from '../../machinery/index.ts';
import type { Reservation, ResourceHooks } from '../resources/resource-hooks.ts';
import type { AddressBook } from './address-book.ts';
import { carryOverAllocated, hasNodePorts, needsHealthCheckPort, normalizeClusterIps } from './allocated-fields.ts';
import { invalidService, settleIpFamilies } from './ip-families.ts';
import type { ServiceNetwork } from './service-network.ts';

/** Gives Services their cluster IPs and node ports. */
export function createServiceHooks(network: ServiceNetwork, openBook: () => AddressBook): ResourceHooks {
  return {
    reserve(object, old, isDryRun): Reservation {
      const book = openBook();
      const allocation = new Allocation(network, book, old as Service | undefined, isDryRun);
      const service = allocation.complete(object as Service);
      const release = isDryRun ? () => {} : book.promise(allocation);
      return { object: service, finish: release };
    },
  };
}

/** What one write takes. What the old Service has already it keeps without asking. */
class Allocation {
  readonly addresses: string[] = [];
  readonly ports: number[] = [];
  readonly #network: ServiceNetwork;
  readonly #book: AddressBook;
  readonly #old: Service | undefined;
  readonly #oldPorts: ReadonlySet<number>;
  readonly #isDryRun: boolean;

  constructor(network: ServiceNetwork, book: AddressBook, old: Service | undefined, isDryRun: boolean) {
    this.#isDryRun = isDryRun;
    this.#network = network;
    this.#book = book;
    this.#old = old;
    this.#oldPorts = new Set(old?.spec?.ports?.map(port => port.nodePort ?? 0) ?? []);
  }

  complete(object: Service): KubeObject {
    const old = this.#old;
    if (object.spec === undefined) return object;
    const carried = old === undefined ? object : carryOverAllocated(object, old);
    const normal = normalizeClusterIps(carried, old);
    if (!hasReadableAddresses(normal)) return normal;
    const settled = settleIpFamilies(normal, old, this.#network.family);
    return this.#withHealthCheckPort(this.#withNodePorts(this.#withClusterIps(settled)));
  }

  #withClusterIps(service: Service): Service {
    const spec = service.spec!;
    const before = this.#old?.spec;
    if (spec.type === 'ExternalName' || spec.clusterIPs?.[0] === 'None') return service;
    if (before !== undefined && before.type !== 'ExternalName') return service;
    const family = this.#network.family;
    const at = spec.ipFamilies?.indexOf(family) ?? -1;
    if (at < 0) return service;
    const wanted = spec.clusterIPs?.[at] || '';
    const address = wanted === '' ? this.#drawAddress(service) : this.#takeAddress(service, wanted);
    this.addresses.push(address);
    return { ...service, spec: { ...spec, clusterIP: address, clusterIPs: [address] } };
  }

  #drawAddress(service: Service): string {
    const address = this.#network.drawAddress(candidate => this.#book.hasAddress(candidate));
    if (address !== undefined) return address;
    const { name } = service.metadata;
    throw statusError.internal(`failed to allocate a serviceIP for Service "${name}": range is full`);
  }

  #takeAddress(service: Service, address: string): string {
    const problem = !this.#network.contains(address)
      ? this.#sayOutside(address)
      : this.#book.hasAddress(address)
        ? 'provided IP is already allocated'
        : undefined;
    if (problem === undefined) return address;
    const text = `failed to allocate IP ${address}: ${problem}`;
    throw invalidService(service.metadata.name ?? '', [
      fieldError.invalid('spec.clusterIPs', service.spec!.clusterIPs, text),
    ]);
  }

  /** Kubernetes: a dry run asks the server's own range only, and so is told of that. */
  #sayOutside(address: string): string {
    if (!this.#isDryRun) return 'the provided network does not match the current range';
    return `the provided IP (${address}) is not in the valid range. The range of valid IPs is ${this.#network.cidr}`;
  }

  #withNodePorts(service: Service): Service {
    const spec = service.spec!;
    if (spec.type !== 'NodePort' && spec.type !== 'LoadBalancer') return service;
    const ports = this.#old === undefined ? this.#newPorts(service) : this.#changedPorts(service);
    const isSame = ports.every((port, i) => port === spec.ports![i]);
    return isSame ? service : { ...service, spec: { ...spec, ports } };
  }

  /** Kubernetes: `initNodePorts`: one node port for all protocols of a port. */
  #newPorts(service: Service): readonly ServicePort[] {
    const given = service.spec!.ports ?? [];
    const byPort = new Map<number, number>();
    return given.map((port, index) => {
      if (!port.nodePort && !hasNodePorts(service)) return port;
      const shared = byPort.get(port.port);
      if (shared !== undefined) {
        if (port.nodePort === shared) return port;
        return this.#withPort(service, port, index, port.nodePort || 0, shared);
      }
      const requested = given.find(other => other.port === port.port && other.nodePort)?.nodePort ?? 0;
      const taken = this.#withPort(service, port, index, requested, undefined);
      byPort.set(port.port, taken.nodePort!);
      return taken;
    });
  }

  /** Kubernetes: `updateNodePorts`: what the Service had it keeps. */
  #changedPorts(service: Service): readonly ServicePort[] {
    return (service.spec!.ports ?? []).map((port, index) => {
      const { nodePort } = port;
      if (!nodePort) return hasNodePorts(service) ? this.#withPort(service, port, index, 0, undefined) : port;
      if (this.#oldPorts.has(nodePort) || this.ports.includes(nodePort)) return port;
      return this.#withPort(service, port, index, nodePort, undefined);
    });
  }

  #withPort(
    service: Service,
    port: ServicePort,
    index: number,
    wanted: number,
    shared: number | undefined,
  ): ServicePort {
    if (wanted === 0 && shared !== undefined) return { ...port, nodePort: shared };
    const nodePort = wanted === 0 ? this.#drawPort() : this.#takePort(service, index, wanted);
    return port.nodePort === nodePort ? port : { ...port, nodePort };
  }

  #drawPort(): number {
    const port = this.#network.drawNodePort(candidate => this.#isPortTaken(candidate));
    if (port === undefined) throw statusError.internal('failed to allocate a nodePort: range is full');
    this.ports.push(port);
    return port;
  }

  #isPortTaken(port: number): boolean {
    return this.#book.hasPort(port) || this.ports.includes(port);
  }

  #takePort(service: Service, index: number, port: number): number {
    const problem = this.#portProblem(port);
    if (problem !== undefined) {
      throw invalidService(service.metadata.name ?? '', [
        fieldError.invalid(`spec.ports[${index}].nodePort`, port, problem),
      ]);
    }
    this.ports.push(port);
    return port;
  }

  #portProblem(port: number): string | undefined {
    const { from, to } = this.#network.ports;
    if (port < from || port > to) {
      return `provided port is not in the valid range. The range of valid ports is ${from}-${to}`;
    }
    return this.#isPortTaken(port) ? 'provided port is already allocated' : undefined;
  }

  #withHealthCheckPort(service: Service): Service {
    if (!needsHealthCheckPort(service)) return service;
    const before = this.#old === undefined ? undefined : needsHealthCheckPort(this.#old);
    if (before === true) return service;
    const wanted = service.spec!.healthCheckNodePort;
    if (!wanted) return { ...service, spec: { ...service.spec!, healthCheckNodePort: this.#drawPort() } };
    const problem = this.#portProblem(wanted);
    if (problem !== undefined) {
      throw statusError.internal(`failed to allocate requested HealthCheck NodePort ${wanted}: ${problem}`);
    }
    this.ports.push(wanted);
    return service;
  }
}

/** What is no address is validation's to refuse, with all else that is wrong. */
function hasReadableAddresses(service: Service): boolean {
  const { clusterIP, clusterIPs } = service.spec!;
  const given = [...(clusterIPs ?? []), ...(clusterIP === undefined ? [] : [clusterIP])];
  return given.every(ip => ip === '' || ip === 'None' || parseIp(ip) !== undefined);
}
