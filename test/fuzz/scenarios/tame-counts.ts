import { containersOf, isMap, type Json } from '../json-value.ts';

/** What makes controllers create pods. */
const counts: ReadonlySet<string> = new Set([
  'replicas',
  'parallelism',
  'completions',
  'minReplicas',
  'maxReplicas',
  'successfulJobsHistoryLimit',
  'failedJobsHistoryLimit',
]);
const countMax = 5;

/** Keeps a run from asking for two billion pods and getting them, as it would from Kubernetes. In place. */
export function tameCounts(value: Json): void {
  for (const container of containersOf(value)) {
    if (!isMap(container)) continue;
    for (const [key, inner] of Object.entries(container)) {
      if (typeof inner === 'number' && inner > countMax && isCount(key, container)) container[key] = countMax;
    }
  }
}

/** A field, or the value of a JSON patch's operation on one. */
function isCount(key: string, container: Record<string, Json>): boolean {
  if (counts.has(key)) return true;
  const { path } = container;
  return key === 'value' && typeof path === 'string' && counts.has(path.slice(path.lastIndexOf('/') + 1));
}
