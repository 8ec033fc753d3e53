import {
  type Condition,
  deployments,
  type LabelSelector,
  type Pod,
  type PodDisruptionBudget,
  type PodDisruptionBudgetStatus,
  podDisruptionBudgets,
  pods,
  replicaSets,
  replicationControllers,
  statefulSets,
} from '../../api/generated/index.ts';
import { type Controller, keyOf, type ReconcileContext, type Step, type View } from '../../client/index.ts';
import { compileLabelSelector, isDeepEqual, type KubeObject } from '../../machinery/index.ts';
import { formatTime, parseTime } from '../../world/index.ts';
import { isPodReady } from '../pod-facts.ts';
import { type Expectation, expectPods } from './expected-pods.ts';

/** Kubernetes: DeletionTimeout, within which an evicted pod must have been deleted. */
const deletionMs = 2 * 60_000;

const allowedCondition = 'DisruptionAllowed';

const keysOfNamespace = (object: KubeObject, view: View): readonly string[] =>
  view.list(podDisruptionBudgets, object.metadata.namespace).map(keyOf);

/** Keeps account of how many more pods each PodDisruptionBudget lets go. */
export const disruptionController: Controller<PodDisruptionBudget> = {
  name: 'controllermanager',
  serviceAccount: 'disruption-controller',
  primary: podDisruptionBudgets,
  secondaries: [
    { type: pods, keysOf: budgetsOfPod },
    // Only a size matters; how far a rollout is shows in the pods.
    { type: deployments, keysOf: keysOfNamespace, isRelevant: isResized },
    { type: replicaSets, keysOf: keysOfNamespace, isRelevant: isResized },
    { type: statefulSets, keysOf: keysOfNamespace, isRelevant: isResized },
    { type: replicationControllers, keysOf: keysOfNamespace, isRelevant: isResized },
  ],
  reconcile(budget, context) {
    if (budget === undefined) return [];
    const selector = compileLabelSelector(budget.spec?.selector);
    const covered = context.view
      .list(pods, budget.metadata.namespace)
      .filter(pod => selector.matches(pod.metadata.labels));
    const steps: Step[] = covered.length === 0 ? [eventStep(budget, 'Normal', 'NoPods', 'No matching pods found')] : [];
    const expectation = expectPods(budget, covered, context.view);
    if (typeof expectation === 'string') return [...steps, ...failSafe(budget, expectation, context)];
    if (expectation.hasUnmanaged) steps.push(sayUnmanaged(budget));
    return [...steps, ...account(budget, covered, expectation, context)];
  },
};

function budgetsOfPod(pod: KubeObject, view: View): readonly string[] {
  return view
    .list(podDisruptionBudgets, pod.metadata.namespace)
    .filter(budget => compileLabelSelector(budget.spec?.selector).matches(pod.metadata.labels))
    .map(keyOf);
}

function isResized(object: KubeObject, previous: KubeObject): boolean {
  return replicasOf(object) !== replicasOf(previous);
}

function replicasOf(object: KubeObject): number | undefined {
  return (object as { readonly spec?: { readonly replicas?: number } }).spec?.replicas;
}

function account(
  budget: PodDisruptionBudget,
  covered: readonly Pod[],
  { expectedPods, desiredHealthy }: Expectation,
  context: ReconcileContext,
): Step[] {
  const { disruptedPods, steps } = followEvictions(budget, covered, context.now);
  const currentHealthy = covered.filter(
    pod =>
      pod.metadata.deletionTimestamp === undefined &&
      disruptedPods[pod.metadata.name ?? ''] === undefined &&
      isPodReady(pod),
  ).length;
  // Kubernetes: a budget that matches no pods yet must not let the first ones go before it has counted them.
  const disruptionsAllowed = expectedPods <= 0 ? 0 : Math.max(0, currentHealthy - desiredHealthy);
  const observedGeneration = budget.metadata.generation;
  const [status, reason] = disruptionsAllowed > 0 ? ['True', 'SufficientPods'] : ['False', 'InsufficientPods'];
  const next: PodDisruptionBudgetStatus = {
    currentHealthy,
    desiredHealthy,
    disruptedPods: Object.keys(disruptedPods).length === 0 ? undefined : disruptedPods,
    disruptionsAllowed,
    expectedPods,
    observedGeneration,
    conditions: withCondition(budget, { status, reason, message: '', observedGeneration }, context.now),
  };
  return [...reportStatus(budget, next), ...steps];
}

/** Evictions that are not visible as deletions yet; what takes too long counts as a pod that stays. */
function followEvictions(
  budget: PodDisruptionBudget,
  covered: readonly Pod[],
  now: number,
): { readonly disruptedPods: Readonly<Record<string, string>>; readonly steps: readonly Step[] } {
  const disruptedPods: Record<string, string> = {};
  const steps: Step[] = [];
  let recheckMs = Number.POSITIVE_INFINITY;
  for (const pod of covered) {
    const { name = '', deletionTimestamp } = pod.metadata;
    const disruptedAt = budget.status?.disruptedPods?.[name];
    if (deletionTimestamp !== undefined || disruptedAt === undefined) continue;
    const leftMs = parseTime(disruptedAt) + deletionMs - now;
    if (leftMs >= 0) {
      disruptedPods[name] = disruptedAt;
      recheckMs = Math.min(recheckMs, leftMs + 1);
    } else {
      const { namespace } = budget.metadata;
      // Kubernetes: upstream names the namespace twice.
      const message = `Pod was expected by PDB ${namespace}/${namespace} to be deleted but it wasn't`;
      steps.push(eventStep(pod, 'Warning', 'NotDeleted', message));
    }
  }
  if (recheckMs !== Number.POSITIVE_INFINITY) steps.push({ do: 'again', delayMs: recheckMs });
  return { disruptedPods, steps };
}

/** Nobody knows how many pods can be spared, so none can. */
function failSafe(budget: PodDisruptionBudget, why: string, { now }: ReconcileContext): Step[] {
  const message = `Failed to calculate the number of expected pods: ${why}`;
  const conditions = withCondition(
    budget,
    { status: 'False', reason: 'SyncFailed', message: why, observedGeneration: budget.status?.observedGeneration },
    now,
  );
  const { currentHealthy = 0, desiredHealthy = 0, expectedPods = 0 } = budget.status ?? {};
  const status = { ...budget.status, currentHealthy, desiredHealthy, expectedPods, disruptionsAllowed: 0, conditions };
  return [eventStep(budget, 'Warning', 'CalculateExpectedPodCountFailed', message), ...reportStatus(budget, status)];
}

function withCondition(
  budget: PodDisruptionBudget,
  condition: Omit<Condition, 'type' | 'lastTransitionTime'>,
  now: number,
): readonly Condition[] {
  const conditions = budget.status?.conditions ?? [];
  const index = conditions.findIndex(each => each.type === allowedCondition);
  const before = conditions[index];
  const lastTransitionTime = before?.status === condition.status ? before.lastTransitionTime : formatTime(now);
  const next: Condition = { type: allowedCondition, ...condition, lastTransitionTime };
  return before === undefined ? [...conditions, next] : conditions.with(index, next);
}

function reportStatus(budget: PodDisruptionBudget, status: PodDisruptionBudgetStatus): Step[] {
  if (isDeepEqual(budget.status, status)) return [];
  const object: PodDisruptionBudget = { ...budget, status };
  return [{ do: 'update', type: podDisruptionBudgets, subresource: 'status', object }];
}

function sayUnmanaged(budget: PodDisruptionBudget): Step {
  const message =
    `Pods selected by this PodDisruptionBudget (selector: ${formatSelector(budget.spec?.selector)}) were found to be ` +
    'unmanaged. As a result, the status of the PDB cannot be calculated correctly, which may result in undefined ' +
    'behavior. To account for these pods please set ".spec.minAvailable" field of the PDB to an integer value.';
  return eventStep(budget, 'Warning', 'UnmanagedPods', message);
}

/** Kubernetes: as Go prints the struct. */
function formatSelector(selector: LabelSelector | undefined): string {
  const labels = Object.entries(selector?.matchLabels ?? {}).sort(([a], [b]) => (a < b ? -1 : 1));
  const expressions = (selector?.matchExpressions ?? []).map(
    ({ key, operator, values = [] }) =>
      `LabelSelectorRequirement{Key:${key},Operator:${operator},Values:[${values.join(' ')}],},`,
  );
  const matchLabels = labels.map(([key, value]) => `${key}: ${value},`).join('');
  return `&LabelSelector{MatchLabels:map[string]string{${matchLabels}},MatchExpressions:[]LabelSelectorRequirement{${expressions.join('')}},}`;
}

function eventStep(regarding: KubeObject, type: 'Normal' | 'Warning', reason: string, message: string): Step {
  return { do: 'event', regarding, type, reason, message };
}
