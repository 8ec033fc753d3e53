import type { CostBudget, PolicyExpressions, PolicyVariables } from '../../../machinery/cel/index.ts';

export type ExpressionOutcome =
  | { readonly value: unknown; readonly problem?: undefined }
  /** `expression '…' resulted in error: …`. */
  | { readonly problem: string; readonly value?: undefined };

/** Kubernetes: then no further expression is run, whatever it is. */
export class OutOfBudget extends Error {
  constructor() {
    super('validation failed due to running out of cost budget, no further validation rules will be run');
  }
}

/** Throws `OutOfBudget`. */
export function runExpression(
  expressions: PolicyExpressions,
  expression: string,
  variables: PolicyVariables,
  budget: CostBudget,
): ExpressionOutcome {
  const program = expressions.compile(expression);
  if (program.run === undefined) return { problem: `compilation error: ${program.problem}` };
  const { value, error, cost } = program.run(variables);
  if (!budget.spend(cost) || error instanceof OutOfBudget) throw new OutOfBudget();
  if (error === undefined) return { value };
  return { problem: `expression '${expression}' resulted in error: ${explainFailure(error)}` };
}

/** The library's first line says what is wrong, the others show where; Go begins without a capital. */
export function explainFailure(error: unknown): string {
  const [line = ''] = (error instanceof Error ? error.message : String(error)).split('\n');
  return `${line.charAt(0).toLowerCase()}${line.slice(1)}`;
}
