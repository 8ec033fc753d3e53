import type { AuditAnnotation, ValidatingAdmissionPolicySpec, Validation } from '../../../api/generated/index.ts';
import type { CostBudget, PolicyExpressions, PolicyVariables } from '../../../machinery/cel/index.ts';
import {
  checkConditions,
  OutOfBudget,
  type RequestVariables,
  runExpression,
  withVariables,
} from '../expressions/index.ts';

/** What a policy objects to. */
export interface Objection {
  readonly message: string;
  /** As the validation says: `Invalid` where it does not. */
  readonly reason: string;
  /** Which of the policy's validations it is. */
  readonly index: number;
}

/** What a policy comes to for one request and one parameter object. */
export interface PolicyOutcome {
  readonly objections: readonly Objection[];
  /** Audit annotations that cannot be evaluated deny whatever the binding says. */
  readonly annotationProblems: readonly string[];
  readonly annotations: readonly (readonly [key: string, value: string])[];
}

const passed: PolicyOutcome = { objections: [], annotationProblems: [], annotations: [] };

export function evaluatePolicy(
  expressions: PolicyExpressions,
  spec: ValidatingAdmissionPolicySpec,
  request: RequestVariables,
  params: unknown,
): PolicyOutcome {
  const evaluation = new Evaluation(expressions, spec, request, params);
  try {
    return evaluation.run();
  } catch (error) {
    if (!(error instanceof OutOfBudget)) throw error;
    return failed(spec, error.message);
  }
}

function failed({ failurePolicy }: ValidatingAdmissionPolicySpec, message: string): PolicyOutcome {
  if (failurePolicy === 'Ignore') return passed;
  return { ...passed, objections: [{ message, reason: 'Invalid', index: 0 }] };
}

class Evaluation {
  readonly #expressions: PolicyExpressions;
  readonly #spec: ValidatingAdmissionPolicySpec;
  readonly #base: Omit<PolicyVariables, 'variables'>;
  readonly #objections: Objection[] = [];
  readonly #annotationProblems: string[] = [];
  readonly #annotations: (readonly [string, string])[] = [];

  constructor(
    expressions: PolicyExpressions,
    spec: ValidatingAdmissionPolicySpec,
    request: RequestVariables,
    params: unknown,
  ) {
    this.#expressions = expressions;
    this.#spec = spec;
    this.#base = { ...request, params };
  }

  run(): PolicyOutcome {
    const { matchConditions, failurePolicy, validations = [], auditAnnotations = [] } = this.#spec;
    const conditionBudget = this.#expressions.budget('match conditions');
    const conditions = checkConditions(
      this.#expressions,
      matchConditions,
      failurePolicy,
      this.#withVariables(conditionBudget),
    );
    if (conditions.problem !== undefined) return failed(this.#spec, conditions.problem);
    if (!conditions.isWanted) return passed;
    this.#validate(validations);
    // Kubernetes: annotations have a budget of their own.
    const budget = this.#expressions.budget('policy');
    const variables = this.#withVariables(budget);
    for (const annotation of auditAnnotations) this.#annotate(annotation, variables, budget);
    return {
      objections: this.#objections,
      annotationProblems: this.#annotationProblems,
      annotations: this.#annotations,
    };
  }

  #withVariables(budget: CostBudget): PolicyVariables {
    return withVariables(this.#expressions, this.#base, this.#spec.variables ?? [], budget);
  }

  #validate(validations: readonly Validation[]): void {
    const budget = this.#expressions.budget('policy');
    const variables = this.#withVariables(budget);
    for (const [index, validation] of validations.entries()) {
      const { value, problem } = runExpression(this.#expressions, validation.expression, variables, budget);
      if (problem !== undefined) {
        if (this.#spec.failurePolicy !== 'Ignore') {
          this.#objections.push({ message: problem, reason: 'Invalid', index });
        }
      } else if (value !== true) this.#objections.push(this.#object(validation, index, variables, budget));
    }
  }

  #object(validation: Validation, index: number, variables: PolicyVariables, budget: CostBudget): Objection {
    const { expression, message = '', messageExpression = '', reason = '' } = validation;
    const computed =
      messageExpression === ''
        ? undefined
        : runExpression(this.#expressions, messageExpression, variables, budget).value;
    const usable = typeof computed === 'string' ? readMessage(computed) : undefined;
    const given = message.trim() === '' ? `failed expression: ${expression.trim()}` : message.trim();
    return { message: usable ?? given, reason: reason === '' ? 'Invalid' : reason, index };
  }

  #annotate({ key, valueExpression }: AuditAnnotation, variables: PolicyVariables, budget: CostBudget): void {
    const { value, problem } = runExpression(this.#expressions, valueExpression, variables, budget);
    if (problem !== undefined) {
      if (this.#spec.failurePolicy !== 'Ignore') this.#annotationProblems.push(problem);
    } else if (typeof value === 'string') {
      if (value.trim() !== '') this.#annotations.push([key, value.trim()]);
    } else if (value !== null) {
      const what = `valueExpression '${valueExpression}' resulted in unsupported return type: ${typeof value}`;
      this.#annotationProblems.push(`${what}. Return type must be either string or null.`);
    }
  }
}

/** Kubernetes: an empty message, one of several lines or one too long does not count. */
function readMessage(text: string): string | undefined {
  const message = text.trim();
  return message === '' || message.includes('\n') || message.length > 5 * 1024 ? undefined : message;
}
