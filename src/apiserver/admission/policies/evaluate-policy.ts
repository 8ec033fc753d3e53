import type { AuditAnnotation, ValidatingAdmissionPolicySpec, Validation } from '../../../api/generated/index.ts';
import type { CostBudget, PolicyExpressions, PolicyVariables } from '../../../machinery/cel/index.ts';
import {
  checkConditions,
  OutOfBudget,
  type RequestVariables,
  runExpression,
  withVariables,
} from '../expressions/index.ts';

/** An expression that could not be evaluated. */
export interface Failure {
  readonly message: string;
  /** How long the expression took. */
  readonly durationMs: number;
}

/** What a policy objects to. */
export interface Objection extends Failure {
  /** As the validation says: `Invalid` where it does not. */
  readonly reason: string;
  /** Which of the policy's validations it is. */
  readonly index: number;
}

/** What a policy comes to for one request and one parameter object. */
export interface PolicyOutcome {
  readonly objections: readonly Objection[];
  /** Audit annotations that cannot be evaluated deny whatever the binding says. */
  readonly annotationProblems: readonly Failure[];
  /** What the policy's `failurePolicy` lets pass. */
  readonly ignored: readonly Failure[];
  readonly annotations: readonly (readonly [key: string, value: string])[];
}

const passed: PolicyOutcome = { objections: [], annotationProblems: [], ignored: [], annotations: [] };

export function evaluatePolicy(
  expressions: PolicyExpressions,
  spec: ValidatingAdmissionPolicySpec,
  request: RequestVariables,
  params: unknown,
  now: () => number,
): PolicyOutcome {
  const evaluation = new Evaluation(expressions, spec, request, params, now);
  try {
    return evaluation.run();
  } catch (error) {
    if (!(error instanceof OutOfBudget)) throw error;
    return failed(spec, error.message);
  }
}

function failed({ failurePolicy }: ValidatingAdmissionPolicySpec, message: string): PolicyOutcome {
  const failure = { message, durationMs: 0 };
  if (failurePolicy === 'Ignore') return { ...passed, ignored: [failure] };
  return { ...passed, objections: [{ ...failure, reason: 'Invalid', index: 0 }] };
}

class Evaluation {
  readonly #expressions: PolicyExpressions;
  readonly #spec: ValidatingAdmissionPolicySpec;
  readonly #base: Omit<PolicyVariables, 'variables'>;
  /** By a monotonic clock, in ms. */
  readonly #now: () => number;
  readonly #objections: Objection[] = [];
  readonly #annotationProblems: Failure[] = [];
  readonly #ignored: Failure[] = [];
  readonly #annotations: (readonly [string, string])[] = [];

  constructor(
    expressions: PolicyExpressions,
    spec: ValidatingAdmissionPolicySpec,
    request: RequestVariables,
    params: unknown,
    now: () => number,
  ) {
    this.#expressions = expressions;
    this.#spec = spec;
    this.#base = { ...request, params };
    this.#now = now;
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
      ignored: this.#ignored,
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
      const startMs = this.#now();
      const { value, problem } = runExpression(this.#expressions, validation.expression, variables, budget);
      if (value === true) continue;
      const durationMs = this.#now() - startMs;
      if (problem === undefined) {
        this.#objections.push({ ...this.#object(validation, index, variables, budget), durationMs });
      } else if (this.#spec.failurePolicy === 'Ignore') this.#ignored.push({ message: problem, durationMs });
      else this.#objections.push({ message: problem, reason: 'Invalid', index, durationMs });
    }
  }

  #object(
    validation: Validation,
    index: number,
    variables: PolicyVariables,
    budget: CostBudget,
  ): Omit<Objection, 'durationMs'> {
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
    const startMs = this.#now();
    const { value, problem } = runExpression(this.#expressions, valueExpression, variables, budget);
    const durationMs = this.#now() - startMs;
    if (problem !== undefined) {
      if (this.#spec.failurePolicy !== 'Ignore') this.#annotationProblems.push({ message: problem, durationMs });
    } else if (typeof value === 'string') {
      if (value.trim() !== '') this.#annotations.push([key, value.trim()]);
    } else if (value !== null) {
      const what = `valueExpression '${valueExpression}' resulted in unsupported return type: ${typeof value}`;
      const message = `${what}. Return type must be either string or null.`;
      this.#annotationProblems.push({ message, durationMs });
    }
  }
}

/** Kubernetes: an empty message, one of several lines or one too long does not count. */
function readMessage(text: string): string | undefined {
  const message = text.trim();
  return message === '' || message.includes('\n') || message.length > 5 * 1024 ? undefined : message;
}
