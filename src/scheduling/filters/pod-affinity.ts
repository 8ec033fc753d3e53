import type { AffinityTerm, ClusterColumns, PodEntry } from '../columns/index.ts';
import { type Filter, type NodeCheck, refuse } from './filter.ts';

const existingMind = refuse(false, "node(s) didn't satisfy existing pods anti-affinity rules");
const notNear = refuse(true, "node(s) didn't match pod affinity rules");
const tooNear = refuse(false, "node(s) didn't match pod anti-affinity rules");

/** Topology values by key. */
type Places = Map<string, Set<string>>;

/** Required affinity and anti-affinity between pods, the newcomer's own and those of pods already there. */
export const podAffinity: Filter = {
  name: 'InterPodAffinity',
  prepare(entry, cluster): NodeCheck | undefined {
    const { required, requiredAnti } = entry.affinities;
    const minded = placesThatMind(entry, cluster);
    if (minded.size === 0 && required.length === 0 && requiredAnti.length === 0) return undefined;
    const wanted = required.map(term => ({ term, places: placesOf(cluster, [term], required) }));
    const avoided = requiredAnti.map(term => ({ term, places: placesOf(cluster, [term], [term]) }));
    // Kubernetes: the first pod of a group that is to stay together may go anywhere its topology exists.
    const isFirst =
      wanted.every(({ places }) => places.size === 0) && required.every(term => selects(term, entry, cluster));
    return slot => {
      const labels = cluster.nodes[slot]!.metadata.labels ?? {};
      for (const { term, places } of wanted) {
        const value = labels[term.topologyKey];
        if (value === undefined || !(isFirst || places.has(value))) return notNear;
      }
      for (const { term, places } of avoided) {
        const value = labels[term.topologyKey];
        if (value !== undefined && places.has(value)) return tooNear;
      }
      for (const [key, values] of minded) {
        const value = labels[key];
        if (value !== undefined && values.has(value)) return existingMind;
      }
      return undefined;
    };
  },
};

/** Where pods already there would mind the newcomer. */
function placesThatMind(entry: PodEntry, cluster: ClusterColumns): Places {
  const places: Places = new Map();
  for (const other of cluster.antiAffine) {
    for (const term of other.affinities.requiredAnti) {
      if (!selects(term, entry, cluster)) continue;
      const value = topologyOf(cluster, other, term.topologyKey);
      if (value === undefined) continue;
      const values = places.get(term.topologyKey);
      if (values === undefined) places.set(term.topologyKey, new Set([value]));
      else values.add(value);
    }
  }
  return places;
}

/** The topology values under the first term's key where a pod stands that every one of `all` selects. */
function placesOf(cluster: ClusterColumns, [term]: [AffinityTerm], all: readonly AffinityTerm[]): ReadonlySet<string> {
  const places = new Set<string>();
  cluster.nodes.forEach((node, slot) => {
    const value = node?.metadata.labels?.[term.topologyKey];
    if (value === undefined || places.has(value)) return;
    for (const other of cluster.podsAt(slot).values()) {
      if (all.every(each => selects(each, other, cluster))) {
        places.add(value);
        return;
      }
    }
  });
  return places;
}

export function selects(term: AffinityTerm, entry: PodEntry, cluster: ClusterColumns): boolean {
  if (!term.namespaces.has(entry.namespace)) {
    if (term.namespaceMatcher === undefined) return false;
    if (!term.namespaceMatcher.matches(cluster.namespaceLabels.get(entry.namespace))) return false;
  }
  return term.matcher.matches(entry.labels);
}

export function topologyOf(cluster: ClusterColumns, entry: PodEntry, key: string): string | undefined {
  const slot = cluster.slotOfPod(entry.uid);
  return slot === undefined ? undefined : cluster.nodes[slot]?.metadata.labels?.[key];
}
