/** Kubernetes: `RuntimeCELCostBudget`: for all expressions of a policy and one parameter together. */
const costOfPolicyMax = 10_000_000;
/** Kubernetes: `RuntimeCELCostBudgetMatchConditions`. */
const costOfMatchConditionsMax = 2_500_000;
/** Kubernetes: `PerCallLimit`: for one expression. */
export const costPerExpressionMax = 1_000_000;

export type BudgetPurpose = 'policy' | 'match conditions';

/** What the evaluation of several expressions may still cost together. */
export class CostBudget {
  #remaining: number;

  constructor(of: BudgetPurpose) {
    this.#remaining = of === 'policy' ? costOfPolicyMax : costOfMatchConditionsMax;
  }

  /** Whether there was enough. */
  spend(cost: number): boolean {
    this.#remaining -= cost;
    return this.#remaining >= 0;
  }
}
