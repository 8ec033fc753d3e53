import type { ClusterColumns, PodEntry } from './columns/index.ts';
import { type Diagnosis, prepareChecks } from './placement.ts';

/** A node where the pod would fit, and who would have to go. */
export interface PreemptionCandidate {
  readonly slot: number;
  readonly nodeName: string;
  /** In order of falling priority. */
  readonly victims: readonly PodEntry[];
  /** How many of them a PodDisruptionBudget speaks for. */
  readonly budgetViolations: number;
}

export type Preemption =
  | { readonly candidate: PreemptionCandidate }
  /** Reasons by how many nodes gave them. */
  | { readonly candidate: undefined; readonly reasons: ReadonlyMap<string, number> };

const notHelpful = 'Preemption is not helpful for scheduling';
const noVictims = 'No preemption victims found for incoming pod';

/** Tells how many more disruptions the budgets that select a pod allow; undefined when none selects it. */
export type BudgetLookup = (
  entry: PodEntry,
) => { readonly name: string; readonly disruptionsAllowed: number } | undefined;

/**
 * Finds the node on which the pod would fit if pods of lower priority went, and the fewest and least important of them.
 * Kubernetes: DefaultPreemption.
 */
export function findPreemption(
  entry: PodEntry,
  cluster: ClusterColumns,
  diagnosis: Diagnosis,
  budgetOf: BudgetLookup,
): Preemption {
  const reasons = new Map<string, number>();
  const refuse = (reason: string): void => {
    reasons.set(reason, (reasons.get(reason) ?? 0) + 1);
  };
  let best: PreemptionCandidate | undefined;
  for (const [slot, refusal] of diagnosis.refusals) {
    if (refusal.isUnresolvable) {
      refuse(notHelpful);
      continue;
    }
    const lower = [...cluster.podsAt(slot).values()].filter(other => other.priority < entry.priority);
    if (lower.length === 0) {
      refuse(noVictims);
      continue;
    }
    const outcome = chooseVictims(entry, cluster, slot, lower, budgetOf);
    if ('reasons' in outcome) for (const reason of outcome.reasons) refuse(reason);
    else if (best === undefined || isBetter(outcome, best)) best = outcome;
  }
  return best === undefined ? { candidate: undefined, reasons } : { candidate: best };
}

/**
 * Takes all lower pods off, and if the pod then fits, puts back as many as possible: first those that a budget protects,
 * each group from the most important down. Whoever cannot stay is a victim.
 */
function chooseVictims(
  entry: PodEntry,
  cluster: ClusterColumns,
  slot: number,
  lower: readonly PodEntry[],
  budgetOf: BudgetLookup,
): PreemptionCandidate | { readonly reasons: readonly string[] } {
  const nodeName = cluster.nodes[slot]!.metadata.name ?? '';
  const removed = [...lower].sort(compareImportance);
  for (const other of removed) cluster.removePod(other.uid);
  const back: PodEntry[] = [];
  try {
    const refusal = prepareChecks(entry, cluster)(slot);
    if (refusal !== undefined) return { reasons: refusal.reasons };
    const victims: PodEntry[] = [];
    let budgetViolations = 0;
    const { protectedPods, others } = splitByBudget(removed, budgetOf);
    for (const other of [...protectedPods, ...others]) {
      cluster.addPod(other, nodeName);
      if (prepareChecks(entry, cluster)(slot) === undefined) {
        back.push(other);
        continue;
      }
      cluster.removePod(other.uid);
      victims.push(other);
      if (protectedPods.includes(other)) budgetViolations++;
    }
    return { slot, nodeName, victims: victims.sort(compareImportance), budgetViolations };
  } finally {
    for (const other of removed) if (!back.includes(other)) cluster.addPod(other, nodeName);
  }
}

/** The pods whose eviction would break a budget, given that the more important ones are evicted first. */
function splitByBudget(
  pods: readonly PodEntry[],
  budgetOf: BudgetLookup,
): { protectedPods: readonly PodEntry[]; others: readonly PodEntry[] } {
  const left = new Map<string, number>();
  const protectedPods: PodEntry[] = [];
  const others: PodEntry[] = [];
  for (const pod of pods) {
    const budget = budgetOf(pod);
    if (budget === undefined) {
      others.push(pod);
      continue;
    }
    const allowed = (left.get(budget.name) ?? budget.disruptionsAllowed) - 1;
    left.set(budget.name, allowed);
    (allowed < 0 ? protectedPods : others).push(pod);
  }
  return { protectedPods, others };
}

/** Kubernetes: MoreImportantPod. Higher priority first, then the longer running. */
function compareImportance(a: PodEntry, b: PodEntry): number {
  if (a.priority !== b.priority) return b.priority - a.priority;
  const [left, right] = [startOf(a), startOf(b)];
  if (left !== right) return left < right ? -1 : 1;
  return a.uid < b.uid ? -1 : a.uid > b.uid ? 1 : 0;
}

function startOf({ pod }: PodEntry): string {
  return pod.status?.startTime ?? pod.metadata.creationTimestamp ?? '';
}

/**
 * Kubernetes' order: fewest budget violations, lowest highest priority, lowest sum of priorities, fewest victims, and
 * the latest start of the most important victim.
 */
function isBetter(a: PreemptionCandidate, b: PreemptionCandidate): boolean {
  const order =
    a.budgetViolations - b.budgetViolations ||
    (a.victims[0]?.priority ?? 0) - (b.victims[0]?.priority ?? 0) ||
    sumOfPriorities(a) - sumOfPriorities(b) ||
    a.victims.length - b.victims.length;
  if (order !== 0) return order < 0;
  const [left, right] = [a.victims[0], b.victims[0]];
  return left !== undefined && right !== undefined && startOf(left) > startOf(right);
}

/** Kubernetes: shifted so that negative priorities add up as well. */
function sumOfPriorities({ victims }: PreemptionCandidate): number {
  return victims.reduce((total, victim) => total + victim.priority + 2 ** 31, 0);
}
