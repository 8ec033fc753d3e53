import {
  type Namespace,
  namespaces,
  type Pod,
  type ResourceQuota,
  resourceQuotas,
  servedResources,
} from '../../api/generated/index.ts';
import {
  type Amounts,
  addAmounts,
  isCharged,
  isInScopes,
  isSameAmounts,
  pickAmounts,
  type QuotaEvaluator,
  quotaEvaluatorOf,
} from '../../api/quota/index.ts';
import type { Controller, Secondary, Step, View } from '../../client/index.ts';
import { isDeepEqual, type KubeObject, type ResourceType } from '../../machinery/index.ts';

/** Kubernetes: --resource-quota-sync-period. */
const resyncMs = 300_000;

interface Counted {
  readonly type: ResourceType;
  readonly evaluator: QuotaEvaluator;
}

/** Kubernetes: `DefaultIgnoredResources`; and Leases, whose every renewal would be looked at. */
const ignored: ReadonlySet<string> = new Set(['events', 'leases']);

/** What quotas can count here: every built-in kind of a namespace. */
const counted: readonly Counted[] = servedResources
  .filter(({ type, verbs }) => type.namespaced && verbs.includes('list') && !ignored.has(type.resource))
  .filter(({ type }, index, all) => index === all.findLastIndex(other => isSameResource(other.type, type)))
  .map(({ type }) => ({ type, evaluator: quotaEvaluatorOf(type.group, type.resource) }));

/** In whatever version. */
function isSameResource(left: ResourceType, right: ResourceType): boolean {
  return left.group === right.group && left.resource === right.resource;
}

/** Whether a quota's resource of this name is about built-in kinds. */
export function isCountedHere(name: string): boolean {
  return counted.some(({ evaluator }) => evaluator.counts(name));
}

/**
 * Adds up what the objects of a namespace take of its quotas. Admission has charged a new object already, so this looks
 * again when a quota changes, when an object goes or takes less, and every few minutes.
 */
export const resourceQuotaController: Controller<Namespace> = {
  name: 'resourcequota-controller',
  primary: namespaces,
  secondaries: [
    {
      type: resourceQuotas,
      keysOf: namespaceOf,
      isRelevant: (quota, previous) => !isKept(quota as ResourceQuota, previous as ResourceQuota),
    },
    ...counted.filter(({ type }) => type !== resourceQuotas).map(watchOf),
  ],
  reconcile(_namespace, { key, view, now }) {
    const quotas = view.list(resourceQuotas, key);
    if (quotas.length === 0) return [];
    const steps = quotas.flatMap((quota): Step[] => addUp(quota, view, now));
    return [...steps, { do: 'again', delayMs: resyncMs }];
  },
};

function watchOf({ type, evaluator }: Counted): Secondary {
  return {
    type,
    keysOf: (object, view) => {
      const { namespace, name = '' } = object.metadata;
      // What is new has been charged.
      const isGone = view.get(type, namespace, name) === undefined;
      return isGone || evaluator.isCountedAnew(object, object) || isEndedPod(type, object) ? namespaceOf(object) : none;
    },
    isRelevant: (object, previous) => evaluator.isCountedAnew(object, previous) || isEndedPod(type, object),
  };
}

const none: readonly string[] = [];

function namespaceOf(object: KubeObject): readonly string[] {
  return [object.metadata.namespace ?? ''];
}

function isEndedPod(type: ResourceType, object: KubeObject): boolean {
  // Time alone does not make a change.
  return type.resource === 'pods' && !isCharged(object as Pod, 0);
}

/** A change of what has been charged only: admission's own. */
function isKept(quota: ResourceQuota, previous: ResourceQuota): boolean {
  const { spec, status } = quota;
  return (
    isDeepEqual(spec, previous.spec) &&
    isSameAmounts(status?.hard, spec?.hard ?? {}) &&
    Object.keys(spec?.hard ?? {}).every(name => status?.used?.[name] !== undefined)
  );
}

function addUp(quota: ResourceQuota, view: View, now: number): Step[] {
  if (quota.metadata.deletionTimestamp !== undefined) return [];
  const hard: Amounts = quota.spec?.hard ?? {};
  const used = { ...countedElsewhere(quota, hard), ...measure(quota, Object.keys(hard), view, now) };
  if (isSameAmounts(quota.status?.hard, hard) && isSameAmounts(quota.status?.used, used)) return [];
  const object = { ...quota, status: { hard, used } };
  return [{ do: 'update', type: resourceQuotas, object, subresource: 'status' }];
}

/** What `CustomObjectQuotas` has written. */
function countedElsewhere({ status }: ResourceQuota, hard: Amounts): Amounts {
  const known = Object.entries(status?.used ?? {});
  return Object.fromEntries(known.filter(([name]) => hard[name] !== undefined && !isCountedHere(name)));
}

/** Zero for what nothing takes; nothing for what nobody knows how to count. */
function measure(quota: ResourceQuota, names: readonly string[], view: View, now: number): Amounts {
  let used: Amounts = {};
  for (const { type, evaluator } of counted) {
    const own = names.filter(name => evaluator.counts(name));
    if (own.length === 0) continue;
    used = { ...Object.fromEntries(own.map(name => [name, '0'])), ...used };
    for (const object of view.list(type, quota.metadata.namespace)) {
      if (!isInScopes(evaluator, quota, object)) continue;
      used = addAmounts(used, pickAmounts(evaluator.usage(object, now), own));
    }
  }
  return used;
}
