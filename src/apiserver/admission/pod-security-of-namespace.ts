import type { Pod } from '../../api/generated/index.ts';
import {
  describeReasons,
  evaluatePodSecurity,
  formatStandard,
  type PodSecurityStandard,
} from '../../api/pod-security/index.ts';

/** Kubernetes: more would keep the request waiting. */
const podsCheckedMax = 3000;

/** What to tell somebody who tightens a namespace of the pods that are there already, those of a sort together. */
export function warnOfPodsInNamespace(
  namespace: string,
  pods: readonly Pod[],
  enforce: PodSecurityStandard,
): readonly string[] {
  const checked = replicasLast(pods).slice(0, podsCheckedMax);
  const namesByReasons = new Map<string, string[]>();
  for (const { metadata, spec } of checked) {
    const violations = evaluatePodSecurity(enforce, { annotations: metadata.annotations ?? {}, spec });
    if (violations.length === 0) continue;
    const reasons = describeReasons(violations);
    const names = namesByReasons.get(reasons);
    if (names === undefined) namesByReasons.set(reasons, [metadata.name!]);
    else names.push(metadata.name!);
  }
  const warnings: string[] = [];
  if (checked.length < pods.length) {
    const extent = `the first ${checked.length} of ${pods.length} existing pods`;
    warnings.push(`new PodSecurity enforce level only checked against ${extent}`);
  }
  if (namesByReasons.size > 0) {
    const level = formatStandard(enforce);
    warnings.push(`existing pods in namespace "${namespace}" violate the new PodSecurity enforce level "${level}"`);
  }
  return [...warnings, ...[...namesByReasons].map(([reasons, names]) => `${nameSome(names)}: ${reasons}`).sort()];
}

/** One pod of each controller before their likes, so that what is checked says most. */
function replicasLast(pods: readonly Pod[]): readonly Pod[] {
  const first: Pod[] = [];
  const replicas: Pod[] = [];
  const controllers = new Set<string>();
  for (const pod of pods) {
    const uid = pod.metadata.ownerReferences?.find(({ controller }) => controller === true)?.uid;
    if (uid !== undefined && controllers.has(uid)) {
      replicas.push(pod);
      continue;
    }
    if (uid !== undefined) controllers.add(uid);
    first.push(pod);
  }
  return [...first, ...replicas];
}

function nameSome(names: readonly string[]): string {
  const first = names.reduce((least, name) => (name < least ? name : least));
  if (names.length === 1) return first;
  return `${first} (and ${names.length - 1} other ${names.length === 2 ? 'pod' : 'pods'})`;
}
