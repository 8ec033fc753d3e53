/**
 * The expressions of admission policies, and of others that know no schema, over a library's CEL. Validation rules of CRDs
 * are in `rules`, over the language of our own in `language` with the functions in `functions`.
 *
 * Not re-exported by `machinery/index.ts`: loading the CEL library takes 15 ms, and most clusters have no policies.
 * Start reading at `policy-expressions.ts`; what is absent stands in `cel-environment.ts`.
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
