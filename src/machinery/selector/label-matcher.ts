import { formatRequirement, type LabelRequirement, type Labels, matchesRequirement } from './label-requirement.ts';

/**
 * A compiled label selector: all requirements must hold. Kubernetes: `labels.Selector`.
 *
 * `requirements` is sorted by key; an index may serve the ones that `requiredValue` knows.
 */
export class LabelMatcher {
  readonly requirements: readonly LabelRequirement[];
  /** Selects no object at all, which no list of requirements says: an absent LabelSelector. */
  readonly isNothing: boolean;

  constructor(requirements: readonly LabelRequirement[], isNothing = false) {
    this.requirements = requirements;
    this.isNothing = isNothing;
  }

  get isEverything(): boolean {
    return !this.isNothing && this.requirements.length === 0;
  }

  matches(labels: Labels | undefined): boolean {
    if (this.isNothing) return false;
    for (const requirement of this.requirements) if (!matchesRequirement(requirement, labels)) return false;
    return true;
  }

  /** The one value that a label must have, if the first requirement on it says so. Kubernetes: `RequiresExactMatch`. */
  requiredValue(key: string): string | undefined {
    const requirement = this.requirements.find(candidate => candidate.key === key);
    if (requirement === undefined || requirement.values.length !== 1) return undefined;
    const { operator } = requirement;
    return operator === '=' || operator === '==' || operator === 'in' ? requirement.values[0] : undefined;
  }

  /** `a=b,c in (x,y),!d`. */
  toString(): string {
    return this.requirements.map(formatRequirement).join(',');
  }
}

/** Selects every object. */
export const everyLabel: LabelMatcher = new LabelMatcher([]);
/** Selects no object. */
export const noLabel: LabelMatcher = new LabelMatcher([], true);

/** A matcher of requirements in any order. */
export function matchLabels(requirements: readonly LabelRequirement[]): LabelMatcher {
  if (requirements.length === 0) return everyLabel;
  return new LabelMatcher(
    requirements.toSorted((left, right) => (left.key < right.key ? -1 : left.key > right.key ? 1 : 0)),
  );
}

/** A matcher of exactly these labels; nothing is checked. Kubernetes: `SelectorFromSet`. */
export function matchLabelSet(labels: Labels | undefined): LabelMatcher {
  if (labels === undefined) return everyLabel;
  return matchLabels(Object.keys(labels).map(key => ({ key, operator: '=', values: [labels[key]!] })));
}
