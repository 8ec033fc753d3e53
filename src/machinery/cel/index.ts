/**
 * Validation rules of CRDs in CEL: compiling them against a schema, and running them on objects. And the expressions of
 * admission policies, which know no schema.
 *
 * Not re-exported by `machinery/index.ts`: loading the CEL library takes 15 ms, and most clusters have no rules. Load this
 * folder when the first CRD with rules appears. Owns Kubernetes' CEL functions; the language is a library's.
 * Start reading at `validate-rules.ts` or `policy-expressions.ts`; what is absent stands in `cel-environment.ts`.
 */
export { createCelEnvironment } from './cel-environment.ts';
export { ClaimPrograms, type ClaimVariable } from './claim-programs.ts';
export type { CostBudget } from './cost-meter.ts';
export type { AuthorizerPort, AuthorizerQuestion } from './libraries/authorizer.ts';
export type { ObservedTypes, Scope, VariableName } from './policy-environment.ts';
export {
  type CheckedExpression,
  PolicyExpressions,
  type PolicyProgram,
  type PolicyVariables,
} from './policy-expressions.ts';
export { RuleValidator } from './validate-rules.ts';
