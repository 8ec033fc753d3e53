import { type Condition, type Pod, type PodDisruptionBudget, podDisruptionBudgets } from '../../api/generated/index.ts';
import { readLabelSelector, StatusError, statusError } from '../../machinery/index.ts';
import { rewriteObject } from '../requests/rewrite.ts';
import type { ServerContext } from '../server-context.ts';

/** Kubernetes: how many evictions may be under way that the budget's controller has not confirmed. */
const maxDisruptedPods = 2000;

const refused = "Cannot evict pod as it would violate the pod's disruption budget.";

export function findBudgets(server: ServerContext, pod: Pod): readonly PodDisruptionBudget[] {
  const { namespace, labels } = pod.metadata;
  const found = server.endpoints.get(podDisruptionBudgets).cache.select({ namespace });
  return found
    .map(stored => stored.object as unknown as PodDisruptionBudget)
    .filter(budget => readLabelSelector(budget.spec?.selector).value?.matches(labels) === true);
}

/**
 * Takes one disruption out of the budget, or throws the 429. Resolves to true when the pod is unhealthy anyway and its
 * eviction costs nothing.
 */
export async function disruptWithBudget(
  server: ServerContext,
  pod: Pod,
  budget: PodDisruptionBudget,
  isDryRun: boolean,
): Promise<boolean> {
  if (!isReady(pod) && isFreeWhenUnready(budget)) return true;
  const ref = { namespace: pod.metadata.namespace!, name: budget.metadata.name! };
  await rewriteObject<PodDisruptionBudget>(
    server,
    server.endpoints.get(podDisruptionBudgets),
    ref,
    current => takeOne(current, pod.metadata.name!, server.rules.now),
    isDryRun,
  );
  return false;
}

function isReady(pod: Pod): boolean {
  return pod.status?.conditions?.some(condition => condition.type === 'Ready' && condition.status === 'True') === true;
}

function isFreeWhenUnready(budget: PodDisruptionBudget): boolean {
  if (budget.spec?.unhealthyPodEvictionPolicy === 'AlwaysAllow') return true;
  const { currentHealthy = 0, desiredHealthy = 0 } = budget.status ?? {};
  return currentHealthy >= desiredHealthy && desiredHealthy > 0;
}

function takeOne(budget: PodDisruptionBudget, pod: string, now: string): PodDisruptionBudget {
  const name = budget.metadata.name!;
  const { status } = budget;
  const allowed = status?.disruptionsAllowed ?? 0;
  if ((status?.observedGeneration ?? 0) < (budget.metadata.generation ?? 0)) throw tooManyRequests(name);
  const subject = { group: 'policy', resource: 'poddisruptionbudget' };
  if (allowed < 0) throw statusError.forbidden(subject, name, 'pdb disruptions allowed is negative');
  if (Object.keys(status?.disruptedPods ?? {}).length > maxDisruptedPods) {
    const why = 'DisruptedPods map too big - too many evictions not confirmed by PDB controller';
    throw statusError.forbidden(subject, name, why);
  }
  if (allowed === 0) throw exhausted(budget);
  const conditions = allowed === 1 ? withExhaustedCondition(budget, now) : status?.conditions;
  return {
    ...budget,
    status: {
      ...status,
      conditions,
      disruptionsAllowed: allowed - 1,
      disruptedPods: { ...status?.disruptedPods, [pod]: now },
    },
  } as PodDisruptionBudget;
}

/** Kubernetes: the budget's controller has not caught up. */
export function tooManyRequests(name: string): StatusError {
  return new StatusError('TooManyRequests', refused, {
    causes: [
      { reason: 'DisruptionBudget', message: `The disruption budget ${name} is still being processed by the server.` },
    ],
    retryAfterSeconds: 10,
  });
}

function exhausted(budget: PodDisruptionBudget): StatusError {
  return new StatusError('TooManyRequests', refused, {
    causes: [{ reason: 'DisruptionBudget', message: explain(budget) }],
  });
}

function explain(budget: PodDisruptionBudget): string {
  const name = budget.metadata.name!;
  const { currentHealthy = 0, desiredHealthy = 0, conditions } = budget.status ?? {};
  const condition = conditions?.find(candidate => candidate.type === 'DisruptionAllowed');
  const hasReason = condition?.status === 'False' && condition.message !== '';
  if (hasReason && condition.reason === 'SyncFailed') {
    return `The disruption budget ${name} does not allow evicting pods currently because it failed sync: ${condition.message}`;
  }
  if (currentHealthy <= desiredHealthy) {
    return `The disruption budget ${name} needs ${desiredHealthy} healthy pods and has ${currentHealthy} currently`;
  }
  if (hasReason) {
    return `The disruption budget ${name} does not allow evicting pods currently (${condition.reason}): ${condition.message}`;
  }
  return `The disruption budget ${name} does not allow evicting pods currently`;
}

/** Kubernetes: `UpdateDisruptionAllowedCondition`. */
function withExhaustedCondition(budget: PodDisruptionBudget, now: string): readonly Condition[] {
  const conditions = budget.status?.conditions ?? [];
  const at = conditions.findIndex(candidate => candidate.type === 'DisruptionAllowed');
  const before = conditions[at];
  const next: Condition = {
    type: 'DisruptionAllowed',
    status: 'False',
    reason: 'InsufficientPods',
    message: '',
    observedGeneration: budget.status?.observedGeneration,
    lastTransitionTime: before?.status === 'False' ? before.lastTransitionTime : now,
  };
  return before === undefined ? [...conditions, next] : conditions.with(at, next);
}
