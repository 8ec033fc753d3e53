import type { Computed, CostBudget, PolicyExpressions, PolicyVariables } from '../../../machinery/cel/index.ts';

/** Kubernetes: then no further expression is run, whatever it is. */
export class OutOfBudget extends Error {
  constructor() {
    super('validation failed due to running out of cost budget, no further validation rules will be run');
  }
}

/** What an expression gives, or `expression '…' resulted in error: …`. Throws `OutOfBudget`. */
export function runExpression(
  expressions: PolicyExpressions,
  expression: string,
  variables: PolicyVariables,
  budget: CostBudget,
): Computed {
  const program = expressions.compile(expression);
  if (program.run === undefined) return { problem: `compilation error: ${program.problem}` };
  const { value, problem, cost } = program.run(variables);
  if (!budget.spend(cost)) throw new OutOfBudget();
  return problem === undefined ? { value } : { problem: `expression '${expression}' resulted in error: ${problem}` };
}
