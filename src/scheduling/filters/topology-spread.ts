import type { ClusterColumns, Column, PodEntry } from '../columns/index.ts';
import { isCounted, type SpreadConstraint, spreadConstraints } from '../spread-constraint.ts';
import { type Filter, type NodeCheck, refuse } from './filter.ts';

const missingLabel = refuse(true, "node(s) didn't match pod topology spread constraints (missing required label)");
const tooSkewed = refuse(false, "node(s) didn't match pod topology spread constraints");

interface Domains {
  readonly constraint: SpreadConstraint;
  readonly countByDomain: ReadonlyMap<string, number>;
  readonly minimum: number;
  readonly self: number;
}

/** `DoNotSchedule` spread constraints: no domain may hold more than maxSkew above the emptiest one. */
export const topologySpread: Filter = {
  name: 'PodTopologySpread',
  prepare(entry, cluster): NodeCheck | undefined {
    const constraints = spreadConstraints(entry.pod, 'DoNotSchedule');
    if (constraints.length === 0) return undefined;
    const all = constraints.map(constraint => countDomains(entry, cluster, constraint, constraints));
    return slot => {
      const labels = cluster.nodes[slot]!.metadata.labels ?? {};
      for (const { constraint, countByDomain, minimum, self } of all) {
        const domain = labels[constraint.topologyKey];
        if (domain === undefined) return missingLabel;
        if ((countByDomain.get(domain) ?? 0) + self - minimum > constraint.maxSkew) return tooSkewed;
      }
      return undefined;
    };
  },
};

function countDomains(
  entry: PodEntry,
  cluster: ClusterColumns,
  constraint: SpreadConstraint,
  constraints: readonly SpreadConstraint[],
): Domains {
  const column: Column = cluster.countPods(entry.namespace, constraint.matcher);
  const countByDomain = new Map<string, number>();
  cluster.nodes.forEach((node, slot) => {
    if (node === undefined || !constraints.every(each => node.metadata.labels?.[each.topologyKey] !== undefined))
      return;
    if (!isCounted(entry.pod, node, constraint)) return;
    const domain = node.metadata.labels![constraint.topologyKey]!;
    countByDomain.set(domain, (countByDomain.get(domain) ?? 0) + column[slot]!);
  });
  const isShort = constraint.minDomains !== undefined && countByDomain.size < constraint.minDomains;
  return {
    constraint,
    countByDomain,
    // Kubernetes: with fewer domains than minDomains the global minimum counts as zero.
    minimum: isShort || countByDomain.size === 0 ? 0 : Math.min(...countByDomain.values()),
    self: constraint.matcher.matches(entry.labels) ? 1 : 0,
  };
}
