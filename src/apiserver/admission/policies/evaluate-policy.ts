import type { ValidatingAdmissionPolicySpec, Validation } from '../../../api/generated/index.ts';
import type { PolicyExpressions, PolicyVariables } from '../../../machinery/cel/index.ts';
import { runExpression } from './run-expression.ts';

/** What a policy objects to. */
export interface Objection {
  readonly message: string;
  /** As the validation says: `Invalid` where it does not. */
  readonly reason: string;
}

/** The objections to one request with one parameter object. */
export function evaluatePolicy(
  expressions: PolicyExpressions,
  { validations = [], failurePolicy }: ValidatingAdmissionPolicySpec,
  variables: PolicyVariables,
): readonly Objection[] {
  const objections: Objection[] = [];
  for (const validation of validations) {
    const { value, problem } = runExpression(expressions, validation.expression, variables);
    if (problem !== undefined) {
      if (failurePolicy !== 'Ignore') objections.push({ message: problem, reason: 'Invalid' });
    } else if (value !== true) objections.push(object(expressions, validation, variables));
  }
  return objections;
}

function object(expressions: PolicyExpressions, validation: Validation, variables: PolicyVariables): Objection {
  const { expression, message = '', messageExpression = '', reason = '' } = validation;
  const computed =
    messageExpression === '' ? undefined : runExpression(expressions, messageExpression, variables).value;
  const usable = typeof computed === 'string' ? readMessage(computed) : undefined;
  const given = message.trim() === '' ? `failed expression: ${expression.trim()}` : message.trim();
  return { message: usable ?? given, reason: reason === '' ? 'Invalid' : reason };
}

/** Kubernetes: an empty message, one of several lines or one too long does not count. */
function readMessage(text: string): string | undefined {
  const message = text.trim();
  return message === '' || message.includes('\n') || message.length > 5 * 1024 ? undefined : message;
}
