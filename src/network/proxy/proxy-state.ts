import { type Family, ipv4, ipv6, isOfFamily } from './family.ts';
import { RulesetLedger } from './ledger.ts';
import { isEmptyChange } from './model.ts';
import { writeChange, writeTable } from './script.ts';
import { rulesForService, type ServiceRules, type UdpRoute } from './service-rules.ts';
import type { EndpointSliceView, NodeFacts, ServiceView } from './service-view.ts';

export interface ProxyStateOptions {
  /** Unique on this machine, so that clusters do not write into each other's: `sampan-ID`. */
  readonly table: string;
  readonly node: NodeFacts;
  readonly shouldMasqueradePodEgress: boolean;
  readonly serviceCidrs?: readonly string[] | undefined;
}

/** What one batch of changes means to the kernel. */
export interface ProxyUpdate {
  /** Empty where nothing changed. */
  readonly script: string;
  /** UDP frontends that may have flows to elsewhere now. */
  readonly udpRoutes: readonly UdpRoute[];
}

interface FamilyState {
  readonly family: Family;
  readonly ledger: RulesetLedger;
  readonly rules: Map<string, ServiceRules>;
}

/** All that the proxy knows, one table a family. IPv6 has one where pods have IPv6 addresses. */
export class ProxyState {
  readonly #options: ProxyStateOptions;
  readonly #families: readonly FamilyState[];
  #changedUdp: UdpRoute[] = [];

  constructor(options: ProxyStateOptions) {
    this.#options = options;
    const families = options.node.podCidrs.some(cidr => isOfFamily(ipv6, cidr)) ? [ipv4, ipv6] : [ipv4];
    this.#families = families.map(family => ({ family, ledger: new RulesetLedger(), rules: new Map() }));
  }

  get hasIpv6(): boolean {
    return this.#families.some(({ family }) => family === ipv6);
  }

  /** Takes in the present state of the Service `key`: `namespace/name`. */
  update(key: string, service: ServiceView | undefined, slices: readonly EndpointSliceView[]): void {
    for (const { family, ledger, rules } of this.#families) {
      const before = rules.get(key);
      const after = service && rulesForService(family, service, slices, this.#options.node);
      this.#changedUdp.push(...shrunkRoutes(before?.udpRoutes ?? [], after?.udpRoutes ?? []));
      if (after === undefined) rules.delete(key);
      else rules.set(key, after);
      ledger.contribute(key, after);
    }
  }

  /** What changed since this or `takeAll` was last called. */
  takeUpdate(): ProxyUpdate {
    let script = '';
    for (const { family, ledger } of this.#families) {
      const change = ledger.takeChanges();
      if (!isEmptyChange(change)) script += writeChange(family, this.#options.table, change);
    }
    const udpRoutes = this.#changedUdp;
    this.#changedUdp = [];
    return { script, udpRoutes };
  }

  /** Everything, for a kernel that may hold anything under our name. */
  takeAll(): ProxyUpdate {
    this.#changedUdp = [];
    let script = '';
    const udpRoutes: UdpRoute[] = [];
    for (const { family, ledger, rules } of this.#families) {
      const podCidrs = this.#options.node.podCidrs.filter(cidr => isOfFamily(family, cidr));
      script += writeTable(family, { ...this.#options, podCidrs }, ledger.takeAll());
      for (const { udpRoutes: routes } of rules.values()) udpRoutes.push(...routes);
    }
    return { script, udpRoutes };
  }
}

/** The routes that lost a backend or got their first; those that are gone come without backends. */
function shrunkRoutes(before: readonly UdpRoute[], after: readonly UdpRoute[]): UdpRoute[] {
  if (before.length === 0 && after.length === 0) return [];
  const now = new Map(after.map(route => [routeKey(route), route]));
  const then = new Map(before.map(route => [routeKey(route), route]));
  const shrunk: UdpRoute[] = [];
  for (const [key, route] of then) {
    const next = now.get(key) ?? { frontend: route.frontend, backends: new Set<string>() };
    if (!next.backends.isSupersetOf(route.backends)) shrunk.push(next);
  }
  for (const [key, route] of now) {
    if (route.backends.size > 0 && (then.get(key)?.backends.size ?? 0) === 0) shrunk.push(route);
  }
  return shrunk;
}

function routeKey({ frontend: { ip, port } }: UdpRoute): string {
  return `${ip ?? ''} ${port}`;
}
