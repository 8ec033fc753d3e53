import type { ValidatingAdmissionPolicySpec, Validation } from '../../../api/generated/index.ts';
import type { PolicyExpressions, PolicyVariables } from '../../../machinery/cel/index.ts';

/** What a policy objects to. */
export interface Objection {
  readonly message: string;
  /** As the validation says: `Invalid` where it does not. */
  readonly reason: string;
}

/** The objections to one request with one parameter object. */
export function evaluatePolicy(
  expressions: PolicyExpressions,
  spec: ValidatingAdmissionPolicySpec,
  variables: PolicyVariables,
): readonly Objection[] {
  const failures: Objection[] = [];
  const fail = (expression: string, problem: string): void => {
    if (spec.failurePolicy === 'Ignore') return;
    failures.push({ message: `expression '${expression}' resulted in error: ${problem}`, reason: 'Invalid' });
  };
  for (const { expression } of spec.matchConditions ?? []) {
    const { value, problem } = run(expressions, expression, variables);
    if (problem !== undefined) {
      fail(expression, problem);
      return failures;
    }
    if (value !== true) return [];
  }
  for (const validation of spec.validations ?? []) {
    const { value, problem } = run(expressions, validation.expression, variables);
    if (problem !== undefined) fail(validation.expression, problem);
    else if (value !== true) failures.push(object(expressions, validation, variables));
  }
  return failures;
}

function object(expressions: PolicyExpressions, validation: Validation, variables: PolicyVariables): Objection {
  const { expression, message = '', messageExpression = '', reason = '' } = validation;
  const computed = messageExpression === '' ? undefined : run(expressions, messageExpression, variables).value;
  const usable = typeof computed === 'string' ? readMessage(computed) : undefined;
  const given = message.trim() === '' ? `failed expression: ${expression.trim()}` : message.trim();
  return { message: usable ?? given, reason: reason === '' ? 'Invalid' : reason };
}

/** Kubernetes: an empty message, one of several lines or one too long does not count. */
function readMessage(text: string): string | undefined {
  const message = text.trim();
  return message === '' || message.includes('\n') || message.length > 5 * 1024 ? undefined : message;
}

interface Outcome {
  readonly value?: unknown;
  readonly problem?: string;
}

function run(expressions: PolicyExpressions, expression: string, variables: PolicyVariables): Outcome {
  const program = expressions.compile(expression);
  if (program.run === undefined) return { problem: program.problem };
  try {
    return { value: program.run(variables) };
  } catch (error) {
    return { problem: describe(error) };
  }
}

/** The library's first line says what is wrong, the others show where; Go begins without a capital. */
function describe(error: unknown): string {
  const [line = ''] = (error instanceof Error ? error.message : String(error)).split('\n');
  return line.charAt(0).toLowerCase() + line.slice(1);
}
