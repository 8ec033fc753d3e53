import { type SpreadConstraint, spreadConstraints } from '../spread-constraint.ts';
import { maxScore, type Score, type ScoreContext } from './score.ts';

const hostnameKey = 'kubernetes.io/hostname';

/**
 * `ScheduleAnyway` spread constraints; for a pod that has none, Kubernetes' defaults: pods of one Service or controller
 * are spread over hosts and, less, over zones.
 */
export const preferredSpread: Score = {
  name: 'PodTopologySpread',
  weight: 2,
  prepare({ pod, namespace }, context) {
    const { cluster, feasible, siblings } = context;
    const own = spreadConstraints(pod, 'ScheduleAnyway');
    const isDefault = pod.spec?.topologySpreadConstraints === undefined;
    const constraints = isDefault ? defaultConstraints(siblings) : own;
    if (constraints.length === 0) return undefined;
    const parts = constraints.map(constraint => scoreConstraint(constraint, namespace, context));
    const raw = new Map<number, number>();
    let min = Number.POSITIVE_INFINITY;
    let max = 0;
    for (const slot of feasible) {
      const labels = cluster.nodes[slot]!.metadata.labels ?? {};
      // Kubernetes: a node without the labels gets nothing; by default constraints only those it has count.
      if (!isDefault && constraints.some(each => labels[each.topologyKey] === undefined)) continue;
      let total = 0;
      for (const part of parts) total += part(slot);
      raw.set(slot, Math.round(total));
      min = Math.min(min, Math.round(total));
      max = Math.max(max, Math.round(total));
    }
    return slot => {
      const value = raw.get(slot);
      if (value === undefined) return 0;
      return max === 0 ? maxScore : Math.floor((maxScore * (max + min - value)) / max);
    };
  },
};

function defaultConstraints(siblings: ScoreContext['siblings']): readonly SpreadConstraint[] {
  if (siblings === undefined || siblings.isEverything || siblings.isNothing) return [];
  const base = { matcher: siblings, minDomains: undefined, honorsAffinity: true, honorsTaints: false };
  return [
    { ...base, topologyKey: hostnameKey, maxSkew: 3 },
    { ...base, topologyKey: 'topology.kubernetes.io/zone', maxSkew: 5 },
  ];
}

/** How crowded a node's domain is: its matching pods, weighted so that many small domains do not drown few large ones. */
function scoreConstraint(
  constraint: SpreadConstraint,
  namespace: string,
  { cluster, feasible }: ScoreContext,
): (slot: number) => number {
  const { topologyKey, maxSkew, matcher } = constraint;
  const column = cluster.countPods(namespace, matcher);
  if (topologyKey === hostnameKey) {
    const weight = Math.log(feasible.length + 2);
    return slot => column[slot]! * weight + (maxSkew - 1);
  }
  const countByDomain = new Map<string, number>();
  for (const slot of feasible) {
    const domain = cluster.nodes[slot]!.metadata.labels?.[topologyKey];
    if (domain !== undefined) countByDomain.set(domain, 0);
  }
  cluster.nodes.forEach((node, slot) => {
    const domain = node?.metadata.labels?.[topologyKey];
    const count = domain === undefined ? undefined : countByDomain.get(domain);
    if (count !== undefined) countByDomain.set(domain!, count + column[slot]!);
  });
  const weight = Math.log(countByDomain.size + 2);
  return slot => {
    const domain = cluster.nodes[slot]!.metadata.labels?.[topologyKey];
    return domain === undefined ? 0 : countByDomain.get(domain)! * weight + (maxSkew - 1);
  };
}
