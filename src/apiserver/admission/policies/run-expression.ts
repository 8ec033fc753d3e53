import type { PolicyExpressions, PolicyVariables } from '../../../machinery/cel/index.ts';

export interface ExpressionOutcome {
  readonly value?: unknown;
  /** `expression '…' resulted in error: …`. */
  readonly problem?: string | undefined;
}

export function runExpression(
  expressions: PolicyExpressions,
  expression: string,
  variables: PolicyVariables,
): ExpressionOutcome {
  const program = expressions.compile(expression);
  try {
    if (program.run !== undefined) return { value: program.run(variables) };
    return { problem: explain(expression, program.problem) };
  } catch (error) {
    return { problem: explain(expression, error instanceof Error ? error.message : String(error)) };
  }
}

/** The library's first line says what is wrong, the others show where; Go begins without a capital. */
function explain(expression: string, text: string): string {
  const [line = ''] = text.split('\n');
  return `expression '${expression}' resulted in error: ${line.charAt(0).toLowerCase()}${line.slice(1)}`;
}
