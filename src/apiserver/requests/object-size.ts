import { type KubeObject, type ObjectMeta, StatusError, utf8Length } from '../../machinery/index.ts';

/** Kubernetes: etcd's limit on a request, 1.5 MiB. */
const maxBytes = 1.5 * 1024 * 1024;

/**
 * Refuses what etcd would refuse. Texts are only counted exactly when an estimate says that it might be close; of an
 * update only the changed top-level fields are estimated, each against its share of the limit, because the others were
 * when they were written. `isManagementOurs`: the client said nothing of who manages which fields.
 */
export function checkSize(object: KubeObject, old: KubeObject | undefined, isManagementOurs = false): void {
  const now = object as unknown as Readonly<Record<string, unknown>>;
  const before = (old ?? {}) as Readonly<Record<string, unknown>>;
  let fields = 0;
  for (const _ in now) fields++;
  const share = maxBytes / 4 / fields;
  for (const name in now) {
    const value = now[name];
    if (typeof value !== 'object' || value === before[name]) continue;
    if (name === 'metadata' && isOnlyManagement(object, old)) continue;
    const counted = isManagementOurs && name === 'metadata' ? withoutManagement(object.metadata) : value;
    if (estimate(counted, 0, share) > share) {
      if (utf8Length(JSON.stringify(object)) > maxBytes) throw tooLarge();
      return;
    }
  }
}

function withoutManagement(metadata: ObjectMeta): readonly unknown[] {
  const { name, generateName, labels, annotations, ownerReferences, finalizers } = metadata;
  return [name, generateName, labels, annotations, ownerReferences, finalizers];
}

/** Who manages which fields takes no more room than the fields themselves. */
function isOnlyManagement(object: KubeObject, old: KubeObject | undefined): boolean {
  if (old === undefined) return false;
  const { labels, annotations, ownerReferences, finalizers } = object.metadata;
  const before = old.metadata;
  return (
    labels === before.labels &&
    annotations === before.annotations &&
    ownerReferences === before.ownerReferences &&
    finalizers === before.finalizers
  );
}

/** Kubernetes: the text is etcd's; upstream passes it on as it is. */
function tooLarge(): StatusError {
  return new StatusError('InternalError', 'etcdserver: request is too large');
}

/** About how long the JSON of `value` is, on top of `sum`; stops once beyond `limit`. */
function estimate(value: unknown, sum: number, limit: number): number {
  if (typeof value === 'string') return sum + value.length + 3;
  if (typeof value !== 'object' || value === null) return sum + 6;
  let total = sum;
  if (Array.isArray(value)) {
    for (let i = 0; i < value.length && total <= limit; i++) total = estimate(value[i], total, limit);
    return total;
  }
  const object = value as Readonly<Record<string, unknown>>;
  for (const name in object) {
    total = estimate(object[name], total + name.length + 3, limit);
    if (total > limit) break;
  }
  return total;
}
