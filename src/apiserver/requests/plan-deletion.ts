import type { KindRules, RuleContext } from '../../api/index.ts';
import { type KubeObject, type ObjectMeta, statusError } from '../../machinery/index.ts';
import { formatTime, parseTime } from '../../world/index.ts';
import type { DeleteOptions } from './request-options.ts';

const orphan = 'orphan';
const foreground = 'foregroundDeletion';

/** What deleting an object comes to, before anything is written. */
export type DeletionPlan =
  /** Nothing more to do: somebody else is at it, and this request asks for no less time. */
  | { readonly step: 'pending' }
  /** Write this object, which is going; `isLast`: then remove it at once. */
  | { readonly step: 'mark'; readonly object: KubeObject; readonly isLast: boolean }
  | { readonly step: 'remove' };

/**
 * Kubernetes: `rest.BeforeDelete` and `updateForGracefulDeletionAndFinalizers`: grace for those kinds that have it,
 * finalizers for the garbage collector as the propagation policy says, and waiting for whatever finalizers there are.
 */
export function planDeletion(
  object: KubeObject,
  rules: KindRules,
  options: DeleteOptions,
  context: RuleContext,
): DeletionPlan {
  const grace = planGrace(object, rules, options, context);
  if (grace === 'pending') return { step: 'pending' };
  const metadata = grace ?? object.metadata;
  const finalizers = collectorFinalizers(metadata, rules, options);
  const isWaiting = finalizers.length > 0;
  if (grace !== undefined) {
    const marked = { ...object, metadata: { ...grace, finalizers: listOrNone(finalizers) } };
    return { step: 'mark', object: marked, isLast: !isWaiting && grace.deletionGracePeriodSeconds === 0 };
  }
  if (!isWaiting) return { step: 'remove' };
  return { step: 'mark', object: markDeleting(object, finalizers, context), isLast: false };
}

function listOrNone(finalizers: readonly string[]): readonly string[] | undefined {
  return finalizers.length === 0 ? undefined : finalizers;
}

/** The metadata of a graceful deletion; undefined where there is no grace (any more). */
function planGrace(
  object: KubeObject,
  rules: KindRules,
  options: DeleteOptions,
  context: RuleContext,
): ObjectMeta | 'pending' | undefined {
  if (rules.gracePeriodSeconds === undefined) return undefined;
  const requested = atLeastOne(options.gracePeriodSeconds);
  const { metadata } = object;
  if (metadata.deletionTimestamp !== undefined) return shortenGrace(metadata, requested, context);
  const seconds = rules.gracePeriodSeconds(object, requested);
  if (seconds === undefined) return undefined;
  return {
    ...metadata,
    ...(metadata.generation === undefined ? {} : { generation: metadata.generation + 1 }),
    deletionTimestamp: formatTime(context.nowMs + seconds * 1000),
    deletionGracePeriodSeconds: seconds,
  };
}

/** Kubernetes: negative grace counts as one second. */
function atLeastOne(seconds: number | undefined): number | undefined {
  return seconds !== undefined && seconds < 0 ? 1 : seconds;
}

/** A deletion under way can only be made to end sooner. */
function shortenGrace(
  metadata: ObjectMeta,
  requested: number | undefined,
  context: RuleContext,
): ObjectMeta | 'pending' | undefined {
  const granted = atLeastOne(metadata.deletionGracePeriodSeconds);
  if (granted === undefined || granted === 0) return undefined;
  if (requested === undefined || requested >= granted) return 'pending';
  const dueMs = parseTime(metadata.deletionTimestamp) - granted * 1000 + requested * 1000;
  const isPast = dueMs < context.nowMs;
  return {
    ...metadata,
    deletionTimestamp: formatTime(isPast ? context.nowMs : dueMs),
    deletionGracePeriodSeconds: isPast && requested !== 0 ? 1 : requested,
  };
}

/** Kubernetes: `markAsDeleting`, for kinds without grace that wait for finalizers. */
function markDeleting(object: KubeObject, finalizers: readonly string[], context: RuleContext): KubeObject {
  const { metadata } = object;
  const isFirst = metadata.deletionTimestamp === undefined;
  const isDueLater = !isFirst && parseTime(metadata.deletionTimestamp) > context.nowMs;
  const isSame = finalizers.length === (metadata.finalizers?.length ?? 0);
  if (!isFirst && !isDueLater && isSame && metadata.deletionGracePeriodSeconds === 0) {
    if (finalizers.every((name, i) => name === metadata.finalizers?.[i])) return object;
  }
  return {
    ...object,
    metadata: {
      ...metadata,
      ...(isFirst && metadata.generation !== undefined && metadata.generation > 0
        ? { generation: metadata.generation + 1 }
        : {}),
      deletionTimestamp: isFirst || isDueLater ? context.now : metadata.deletionTimestamp,
      deletionGracePeriodSeconds: 0,
      finalizers: listOrNone(finalizers),
    },
  };
}

/** Kubernetes: `deletionFinalizersForGarbageCollection`. The object's own list, in its order, when nothing changes. */
function collectorFinalizers(metadata: ObjectMeta, rules: KindRules, options: DeleteOptions): readonly string[] {
  const present = metadata.finalizers ?? [];
  const wanted = wantedFinalizer(present, rules, options);
  const others = present.filter(name => name !== orphan && name !== foreground);
  const finalizers = wanted === undefined ? others : [...others, wanted];
  const isSame = finalizers.length === present.length && finalizers.every(name => present.includes(name));
  return isSame ? present : finalizers;
}

/** An explicit policy counts first, then a finalizer that is there, then the kind's default. */
function wantedFinalizer(present: readonly string[], rules: KindRules, options: DeleteOptions): string | undefined {
  if (options.orphanDependents !== undefined) return options.orphanDependents ? orphan : undefined;
  if (options.propagationPolicy === 'Orphan') return orphan;
  if (options.propagationPolicy === 'Foreground') return foreground;
  if (options.propagationPolicy === 'Background') return undefined;
  const standing = present.find(name => name === orphan || name === foreground);
  return standing ?? (rules.defaultPropagation === 'Orphan' ? orphan : undefined);
}

/** Kubernetes: the preconditions of a deletion. Errors name the kind here, not the resource. */
export function checkPreconditions(object: KubeObject, group: string, options: DeleteOptions): void {
  const { metadata } = object;
  const { uid, resourceVersion } = options.preconditions ?? {};
  const subject = { group, resource: object.kind ?? '' };
  if (uid !== undefined && uid !== metadata.uid) {
    const why = `the UID in the precondition (${uid}) does not match the UID in record (${metadata.uid}). The object might have been deleted and then recreated`;
    throw statusError.conflict(subject, metadata.name ?? '', why);
  }
  if (resourceVersion !== undefined && resourceVersion !== metadata.resourceVersion) {
    const why = `the ResourceVersion in the precondition (${resourceVersion}) does not match the ResourceVersion in record (${metadata.resourceVersion}). The object might have been modified`;
    throw statusError.conflict(subject, metadata.name ?? '', why);
  }
}
