import type { EndpointSubset } from '../../api/generated/index.ts';

/**
 * Kubernetes: Endpoints hold so many addresses at most. Ready ones go before others, and each subset keeps its share.
 * Returns the same instance when all of them fit.
 */
export function truncateSubsets(subsets: readonly EndpointSubset[], max: number): readonly EndpointSubset[] {
  const ready = subsets.reduce((sum, subset) => sum + (subset.addresses?.length ?? 0), 0);
  const notReady = subsets.reduce((sum, subset) => sum + (subset.notReadyAddresses?.length ?? 0), 0);
  if (ready + notReady <= max) return subsets;
  const field = ready > max ? 'addresses' : 'notReadyAddresses';
  const total = ready > max ? ready : notReady;
  const room = ready > max ? max : max - ready;
  let left = room;
  return subsets.map(subset => {
    const all = subset[field] ?? [];
    const kept = all.slice(0, Math.min(left, Math.ceil((all.length / total) * room)));
    left -= kept.length;
    const truncated = { ...subset, [field]: kept.length === 0 ? undefined : kept };
    return field === 'addresses' ? { ...truncated, notReadyAddresses: undefined } : truncated;
  });
}
