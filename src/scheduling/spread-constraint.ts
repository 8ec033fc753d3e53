import type { Node, Pod } from '../api/generated/index.ts';
import { compileLabelSelector, type LabelMatcher } from '../machinery/index.ts';
import { matchesNodeSelection } from './node-selection.ts';
import { findUntolerated } from './taints.ts';

export interface SpreadConstraint {
  readonly topologyKey: string;
  readonly maxSkew: number;
  readonly matcher: LabelMatcher;
  readonly minDomains: number | undefined;
  readonly honorsAffinity: boolean;
  readonly honorsTaints: boolean;
}

const none: readonly SpreadConstraint[] = [];
const effects: ReadonlySet<string> = new Set(['NoSchedule', 'NoExecute']);

export function spreadConstraints(pod: Pod, whenUnsatisfiable: string): readonly SpreadConstraint[] {
  const constraints = pod.spec?.topologySpreadConstraints;
  if (constraints === undefined) return none;
  const labels = pod.metadata.labels ?? {};
  return constraints
    .filter(constraint => constraint.whenUnsatisfiable === whenUnsatisfiable)
    .map(constraint => ({
      topologyKey: constraint.topologyKey,
      maxSkew: constraint.maxSkew,
      minDomains: constraint.minDomains,
      honorsAffinity: constraint.nodeAffinityPolicy !== 'Ignore',
      honorsTaints: constraint.nodeTaintsPolicy === 'Honor',
      matcher: compileLabelSelector(
        constraint.labelSelector && {
          ...constraint.labelSelector,
          matchExpressions: [
            ...(constraint.labelSelector.matchExpressions ?? []),
            ...(constraint.matchLabelKeys ?? []).flatMap(key =>
              labels[key] === undefined ? [] : [{ key, operator: 'In', values: [labels[key]] }],
            ),
          ],
        },
      ),
    }));
}

/** Whether a node's pods count for the constraint. Kubernetes: nodeAffinityPolicy and nodeTaintsPolicy. */
export function isCounted(pod: Pod, node: Node, constraint: SpreadConstraint): boolean {
  if (constraint.honorsAffinity && !matchesNodeSelection(pod, node)) return false;
  return !constraint.honorsTaints || findUntolerated(pod.spec?.tolerations, node.spec?.taints, effects) === undefined;
}
