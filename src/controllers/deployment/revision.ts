import type { Deployment, PodTemplateSpec, ReplicaSet } from '../../api/generated/index.ts';
import { isSemanticallyEqual } from '../../machinery/index.ts';

export const templateHashLabel = 'pod-template-hash';
export const revisionAnnotation = 'deployment.kubernetes.io/revision';
const revisionHistoryAnnotation = 'deployment.kubernetes.io/revision-history';
export const desiredReplicasAnnotation = 'deployment.kubernetes.io/desired-replicas';
const maxReplicasAnnotation = 'deployment.kubernetes.io/max-replicas';

/** Kubernetes: the longest revision history that a ReplicaSet carries. */
const historyMaxLength = 2000;

const uncopied: ReadonlySet<string> = new Set([
  'kubectl.kubernetes.io/last-applied-configuration',
  'deprecated.deployment.rollback.to',
  revisionAnnotation,
  revisionHistoryAnnotation,
  desiredReplicasAnnotation,
  maxReplicasAnnotation,
]);

/** Of 64 bits, as in Go; 0 where the annotation is absent or no number. */
export function revisionOf(set: ReplicaSet): bigint {
  return readRevision(set.metadata.annotations?.[revisionAnnotation]);
}

function readRevision(text: string | undefined): bigint {
  return text !== undefined && /^[+-]?\d{1,19}$/.test(text) ? BigInt(text) : 0n;
}

export function compareRevisions(left: ReplicaSet, right: ReplicaSet): number {
  const [a, b] = [revisionOf(left), revisionOf(right)];
  return a < b ? -1 : a > b ? 1 : 0;
}

/** Whether two templates are the same but for the hash label that the controller itself puts there. */
export function isSameTemplate(a: PodTemplateSpec | undefined, b: PodTemplateSpec | undefined): boolean {
  return isSemanticallyEqual(withoutHash(a), withoutHash(b));
}

function withoutHash(template: PodTemplateSpec | undefined): PodTemplateSpec | undefined {
  if (template?.metadata?.labels?.[templateHashLabel] === undefined) return template;
  const { [templateHashLabel]: _, ...labels } = template.metadata.labels;
  return { ...template, metadata: { ...template.metadata, labels } };
}

/** The ReplicaSet that has the deployment's template, the oldest if there are several. */
export function findNewReplicaSet(deployment: Deployment, sets: readonly ReplicaSet[]): ReplicaSet | undefined {
  return [...sets].sort(compareAge).find(set => isSameTemplate(set.spec.template, deployment.spec.template));
}

export function compareAge(a: ReplicaSet, b: ReplicaSet): number {
  const [left = '', right = ''] = [a.metadata.creationTimestamp, b.metadata.creationTimestamp];
  if (left !== right) return left < right ? -1 : 1;
  return (a.metadata.name ?? '') < (b.metadata.name ?? '') ? -1 : 1;
}

/** The annotations that a deployment's new ReplicaSet should carry: the deployment's own, and its place in history. */
export function annotateNewReplicaSet(
  deployment: Deployment,
  annotations: Readonly<Record<string, string>> | undefined,
  revision: bigint,
): Record<string, string> {
  const next: Record<string, string> = { ...annotations };
  for (const [key, value] of Object.entries(deployment.metadata.annotations ?? {})) {
    if (!uncopied.has(key)) next[key] = value;
  }
  const before = next[revisionAnnotation];
  if (before === undefined || readRevision(before) < revision) {
    next[revisionAnnotation] = String(revision);
    if (before !== undefined) next[revisionHistoryAnnotation] = extendHistory(next[revisionHistoryAnnotation], before);
  }
  return next;
}

function extendHistory(history: string | undefined, revision: string): string {
  const revisions = history === undefined || history === '' ? [] : history.split(',');
  revisions.push(revision);
  while (revisions.join(',').length > historyMaxLength) revisions.shift();
  return revisions.join(',');
}

/** Adds what tells a later look whether the deployment has been scaled meanwhile. */
export function annotateReplicas(
  annotations: Readonly<Record<string, string>> | undefined,
  desired: number,
  max: number,
): Record<string, string> {
  return { ...annotations, [desiredReplicasAnnotation]: String(desired), [maxReplicasAnnotation]: String(max) };
}

/** The most replicas that the deployment could have when the set was last scaled. */
export function maxReplicasOf(set: ReplicaSet): number | undefined {
  const text = set.metadata.annotations?.[maxReplicasAnnotation];
  return text === undefined ? undefined : Number(text);
}
