import type {
  MatchCondition,
  MutatingAdmissionPolicy,
  MutatingWebhookConfiguration,
  Mutation,
  ValidatingAdmissionPolicy,
  ValidatingWebhookConfiguration,
  Variable,
} from '../../../api/generated/index.ts';
import type { CheckedExpression, PolicyExpressions, PolicyScope } from '../../../machinery/cel/index.ts';
import { type FieldError, fieldError, isSemanticallyEqual } from '../../../machinery/index.ts';

type Configuration = MutatingWebhookConfiguration | ValidatingWebhookConfiguration;
type Policy = MutatingAdmissionPolicy | ValidatingAdmissionPolicy;

/** Compiles the expressions of one object, each where it stands, and gathers what is wrong with them. */
class ExpressionCheck {
  readonly errors: FieldError[] = [];
  readonly #expressions: PolicyExpressions;

  constructor(expressions: PolicyExpressions) {
    this.#expressions = expressions;
  }

  /** The expression's type, where it has one. An empty one is the kind's own concern. */
  check(
    expression: string | undefined,
    scope: PolicyScope,
    field: string,
    wanted?: readonly string[],
  ): CheckedExpression['type'] {
    if (expression === undefined || expression.trim() === '') return undefined;
    const checked = this.#expressions.check(expression, scope, wanted);
    if (checked.problem === undefined) return checked.type;
    const { problem, isInternal } = checked;
    this.errors.push(
      isInternal === true ? fieldError.internal(field, problem) : fieldError.invalid(field, expression, problem),
    );
    return undefined;
  }

  /** Kubernetes: conditions know no variables. */
  checkConditions(conditions: readonly MatchCondition[] | undefined, hasParams: boolean, at: string): void {
    const scope = { hasParams, hasAuthorizer: true };
    for (const [i, { expression }] of (conditions ?? []).entries()) {
      this.check(expression.trim(), scope, `${at}[${i}].expression`, ['bool']);
    }
  }

  /** The types of variables for those behind them, and for everything else. */
  checkVariables(variables: readonly Variable[], hasParams: boolean): NonNullable<PolicyScope['variables']> {
    const types = new Map<string, CheckedExpression['type']>();
    for (const [i, { name, expression }] of variables.entries()) {
      const scope = { hasParams, hasAuthorizer: true, variables: types };
      types.set(name, this.check(expression, scope, `spec.variables[${i}].expression`));
    }
    return types;
  }
}

/** Of webhooks only the conditions, and not those that an update leaves as they are. */
export function checkWebhooks(
  expressions: PolicyExpressions,
  { webhooks = [] }: Configuration,
  old: Configuration | undefined,
): readonly FieldError[] {
  if (old !== undefined && haveSameConditions(webhooks, old.webhooks ?? [])) return [];
  const run = new ExpressionCheck(expressions);
  for (const [i, { matchConditions }] of webhooks.entries()) {
    run.checkConditions(matchConditions, false, `webhooks[${i}].matchConditions`);
  }
  return run.errors;
}

interface Conditional {
  readonly matchConditions?: readonly MatchCondition[] | undefined;
}

function haveSameConditions(webhooks: readonly Conditional[], old: readonly Conditional[]): boolean {
  const conditionsOf = (each: readonly Conditional[]) => each.map(({ matchConditions = [] }) => matchConditions);
  return webhooks.length === old.length && isSemanticallyEqual(conditionsOf(webhooks), conditionsOf(old));
}

export function checkPolicy(
  expressions: PolicyExpressions,
  { spec }: Policy,
  old: Policy | undefined,
): readonly FieldError[] {
  const run = new ExpressionCheck(expressions);
  const hasParams = spec.paramKind !== undefined;
  const isSameFrame =
    old !== undefined &&
    isSemanticallyEqual(
      [spec.paramKind ?? {}, spec.matchConditions ?? []],
      [old.spec.paramKind ?? {}, old.spec.matchConditions ?? []],
    );
  if (!isSameFrame) run.checkConditions(spec.matchConditions, hasParams, 'spec.matchConditions');
  const variables = run.checkVariables(spec.variables ?? [], hasParams);
  const scope: PolicyScope = {
    hasParams,
    hasAuthorizer: true,
    variables: variables.size === 0 ? undefined : variables,
  };
  if ('mutations' in spec) checkMutations(run, spec.mutations ?? [], scope);
  else checkValidations(run, spec as ValidatingAdmissionPolicy['spec'], scope);
  return run.errors;
}

function checkValidations(run: ExpressionCheck, spec: ValidatingAdmissionPolicy['spec'], scope: PolicyScope): void {
  const withoutAuthorizer = { ...scope, hasAuthorizer: false };
  for (const [i, { expression, messageExpression }] of (spec.validations ?? []).entries()) {
    const at = `spec.validations[${i}]`;
    run.check(expression, scope, `${at}.expression`, ['bool']);
    run.check(messageExpression, withoutAuthorizer, `${at}.messageExpression`, ['string']);
  }
  for (const [i, { valueExpression }] of (spec.auditAnnotations ?? []).entries()) {
    run.check(valueExpression, scope, `spec.auditAnnotations[${i}].valueExpression`, ['string', 'null_type']);
  }
}

function checkMutations(run: ExpressionCheck, mutations: readonly Mutation[], given: PolicyScope): void {
  const scope = { ...given, hasPatchTypes: true };
  for (const [i, { patchType, applyConfiguration, jsonPatch }] of mutations.entries()) {
    const at = `spec.mutations[${i}]`;
    if (patchType === 'ApplyConfiguration') {
      run.check(applyConfiguration?.expression, scope, `${at}.applyConfiguration.expression`, ['Object']);
    } else run.check(jsonPatch?.expression, scope, `${at}.jsonPatch.expression`, ['list(JSONPatch)']);
  }
}
