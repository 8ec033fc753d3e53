import { type ControllerRevision, controllerRevisions, type PodTemplateSpec } from '../../api/generated/index.ts';
import type { Step, View } from '../../client/index.ts';
import { isSemanticallyEqual, type KubeObject, type LabelMatcher, type ResourceType } from '../../machinery/index.ts';
import { hashText } from '../../world/index.ts';
import { claim, controllerReference, orphanIndex } from '../ownership.ts';

export const revisionHashLabel = 'controller-revision-hash';
export const orphanRevisions = orphanIndex(controllerRevisions);

/** An owner whose past templates are kept as ControllerRevisions: DaemonSets and StatefulSets. */
export interface RevisedOwner extends KubeObject {
  readonly spec?:
    | { readonly template: PodTemplateSpec; readonly revisionHistoryLimit?: number | undefined }
    | undefined;
  readonly status?: { readonly collisionCount?: number | undefined } | undefined;
}

export interface History {
  /** The revision that has the owner's template, if it exists already. */
  readonly current: ControllerRevision | undefined;
  /** All, from the oldest. */
  readonly all: readonly ControllerRevision[];
  /** What makes the current one exist and be the newest, and adopts what belongs here. */
  readonly steps: readonly Step[];
}

/**
 * The history of an owner's templates; the template that it has now gets the highest number. `hashLabel` is where a
 * revision carries its hash: DaemonSets and StatefulSets differ in that.
 */
export function readHistory(
  view: View,
  ownerType: ResourceType,
  owner: RevisedOwner,
  selector: LabelMatcher,
  hashLabel = revisionHashLabel,
): History {
  const claimed = claim(view, controllerRevisions, ownerType, owner, selector);
  const all = [...claimed.owned].sort((a, b) => a.revision - b.revision);
  const data = revisionData(owner.spec!.template);
  const current = all.findLast(each => isSemanticallyEqual(each.data, data));
  const highest = all.at(-1)?.revision ?? 0;
  if (current === undefined) {
    return {
      current,
      all,
      steps: [...claimed.steps, createStep(view, ownerType, owner, data, highest + 1, hashLabel)],
    };
  }
  if (current.revision === highest) return { current, all, steps: claimed.steps };
  // A rollback: an old template has become the newest again.
  const renumbered = { ...current, revision: highest + 1 } as ControllerRevision;
  return { current, all, steps: [...claimed.steps, { do: 'update', type: controllerRevisions, object: renumbered }] };
}

/** Deletes the oldest revisions beyond the owner's limit, but none that a pod is made from. */
export function trimHistory(owner: RevisedOwner, history: History, liveHashes: ReadonlySet<string>): Step[] {
  const old = history.all.filter(each => each !== history.current);
  const excess = Math.max(0, old.length - (owner.spec?.revisionHistoryLimit ?? 10));
  return old
    .filter(each => !liveHashes.has(hashOf(each)))
    .slice(0, excess)
    .map(({ metadata: { name = '', namespace } }) => ({
      do: 'delete',
      type: controllerRevisions,
      ref: { name, namespace },
    }));
}

export function hashOf(revision: ControllerRevision): string {
  return revision.metadata.labels?.[revisionHashLabel] ?? '';
}

/** The template that a revision stands for. */
export function templateOf(revision: ControllerRevision): PodTemplateSpec {
  const data = revision.data as {
    readonly spec: { readonly template: PodTemplateSpec & { readonly $patch?: string } };
  };
  const { $patch: _, ...template } = data.spec.template;
  return template;
}

/**
 * Kubernetes: what kubectl's rollout undo applies as a strategic merge patch. Fields are in the order of their names,
 * because clients compare it byte by byte with what they make of the owner.
 */
function revisionData(template: PodTemplateSpec): unknown {
  return { spec: { template: inOrderOfNames({ ...template, $patch: 'replace' }) } };
}

function inOrderOfNames(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(inOrderOfNames);
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value).filter(([, field]) => field !== undefined);
  entries.sort(([a], [b]) => (a < b ? -1 : 1));
  return Object.fromEntries(entries.map(([name, field]) => [name, inOrderOfNames(field)]));
}

function createStep(
  view: View,
  ownerType: ResourceType,
  owner: RevisedOwner,
  data: unknown,
  revision: number,
  hashLabel: string,
): Step {
  const salt = owner.status?.collisionCount ?? 0;
  const hash = hashText(JSON.stringify(data) + (salt === 0 ? '' : String(salt)));
  const safe = encodeHash(hash);
  const name = `${owner.metadata.name}-${safe}`;
  // A namesake that says something else means that the hash collided: the next one is salted differently.
  if (view.get(controllerRevisions, owner.metadata.namespace, name) !== undefined) {
    const status = { ...owner.status, collisionCount: salt + 1 };
    return { do: 'update', type: ownerType, subresource: 'status', object: { ...owner, status } as RevisedOwner };
  }
  const object: ControllerRevision = {
    apiVersion: 'apps/v1',
    kind: 'ControllerRevision',
    metadata: {
      name,
      namespace: owner.metadata.namespace,
      labels: { ...owner.spec!.template.metadata?.labels, [hashLabel]: safe },
      annotations: owner.metadata.annotations,
      ownerReferences: [controllerReference(ownerType, owner)],
    },
    data,
    revision,
  };
  return { do: 'create', type: controllerRevisions, object, ifAbsent: true };
}

const hashAlphabet = 'bcdfghjklmnpqrstvwxz2456789';

/** Kubernetes: SafeEncodeString, which keeps accidental words out of names. */
export function encodeHash(hash: number): string {
  let out = '';
  for (const digit of String(hash)) out += hashAlphabet[digit.charCodeAt(0) % hashAlphabet.length];
  return out;
}
