import {
  type ControllerRevision,
  type Pod,
  type PodTemplateSpec,
  type StatefulSet,
  statefulSets,
  type Volume,
} from '../../api/generated/index.ts';
import { revisionHashLabel } from '../history/index.ts';
import { buildPod } from '../pod-template.ts';
import { claimNameOf } from './claims.ts';

const podNameLabel = 'statefulset.kubernetes.io/pod-name';
const podIndexLabel = 'apps.kubernetes.io/pod-index';

export function startOf(set: StatefulSet): number {
  return set.spec?.ordinals?.start ?? 0;
}

export function replicasOf(set: StatefulSet): number {
  return set.spec?.replicas ?? 1;
}

/** The pod's place in its set; undefined for a pod whose name does not begin with the set's. */
export function ordinalOf(set: StatefulSet, pod: Pod): number | undefined {
  const { name = '' } = pod.metadata;
  const dash = name.lastIndexOf('-');
  const digits = name.slice(dash + 1);
  if (name.slice(0, dash) !== set.metadata.name || !/^\d+$/.test(digits)) return undefined;
  return Number(digits) <= 2147483647 ? Number(digits) : undefined;
}

export function isWithin(set: StatefulSet, ordinal: number): boolean {
  return ordinal >= startOf(set) && ordinal < startOf(set) + replicasOf(set);
}

/** The name of the revision that a pod was made from. */
export function revisionOf(pod: Pod): string {
  return pod.metadata.labels?.[revisionHashLabel] ?? '';
}

/** Kubernetes: below the partition a new pod still gets the old template. */
export function isBelowPartition(set: StatefulSet, ordinal: number): boolean {
  const { type, rollingUpdate } = set.spec?.updateStrategy ?? {};
  if (rollingUpdate !== undefined) return ordinal < startOf(set) + (rollingUpdate.partition ?? 0);
  return type === 'RollingUpdate' && ordinal < startOf(set) + (set.status?.currentReplicas ?? 0);
}

export function buildOrdinalPod(
  set: StatefulSet,
  template: PodTemplateSpec,
  revision: ControllerRevision,
  ordinal: number,
): Pod {
  const name = `${set.metadata.name}-${ordinal}`;
  const labels = { ...identityLabels(name, ordinal), [revisionHashLabel]: revision.metadata.name ?? '' };
  const pod = buildPod(statefulSets, set, template, { name, labels });
  return {
    ...pod,
    spec: { ...pod.spec, hostname: name, subdomain: set.spec?.serviceName, volumes: buildVolumes(set, pod, ordinal) },
  };
}

/** The labels that make a pod known by its name and its place. */
export function identityLabels(name: string, ordinal: number): Record<string, string> {
  return { [podNameLabel]: name, [podIndexLabel]: String(ordinal) };
}

export function hasIdentity(pod: Pod): boolean {
  return pod.metadata.labels?.[podNameLabel] === pod.metadata.name;
}

function buildVolumes(set: StatefulSet, pod: Pod, ordinal: number): readonly Volume[] | undefined {
  const templates = set.spec?.volumeClaimTemplates ?? [];
  const others = pod.spec.volumes;
  if (templates.length === 0) return others;
  const claimed = templates.map((template): Volume => {
    const name = template.metadata.name ?? '';
    return { name, persistentVolumeClaim: { claimName: claimNameOf(set, template, ordinal) } };
  });
  const names = new Set(claimed.map(volume => volume.name));
  return [...claimed, ...(others ?? []).filter(volume => !names.has(volume.name))];
}
