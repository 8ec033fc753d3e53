import type { MatchCondition } from '../../../api/generated/index.ts';
import type { PolicyExpressions, PolicyVariables } from '../../../machinery/cel/index.ts';
import { formatAggregate } from '../../../machinery/index.ts';
import { OutOfBudget, runExpression } from './run-expression.ts';

export type ConditionsOutcome =
  | { readonly isWanted: boolean; readonly problem?: undefined }
  /** A failure as the `failurePolicy` says; where that is `Ignore`, the request is passed over. */
  | { readonly problem: string; readonly isWanted?: undefined };

/** Kubernetes: one condition that is false settles it, whatever has failed before or after. */
export function checkConditions(
  expressions: PolicyExpressions,
  conditions: readonly MatchCondition[] | undefined,
  failurePolicy: string | undefined,
  variables: PolicyVariables,
): ConditionsOutcome {
  if (conditions === undefined || conditions.length === 0) return { isWanted: true };
  const problems: string[] = [];
  try {
    const budget = expressions.budget('match conditions');
    for (const { expression } of conditions) {
      const { value, problem } = runExpression(expressions, expression, variables, budget);
      if (problem !== undefined) problems.push(problem);
      else if (value !== true) return { isWanted: false };
    }
  } catch (error) {
    if (!(error instanceof OutOfBudget)) throw error;
    problems.splice(0, Infinity, error.message);
  }
  if (problems.length === 0) return { isWanted: true };
  if (failurePolicy === 'Ignore') return { isWanted: false };
  return { problem: formatAggregate(problems) };
}
