/**
 * The expressions of admission policies and of match conditions: what they may name, what they may cost, the questions
 * that they ask the authorizer, and the objects and patches that mutations write.
 *
 * Start reading at `policy-expressions.ts`.
 */
export type { AuthorizerPort, AuthorizerQuestion } from './authorizer.ts';
export type { CostBudget } from './cost-budget.ts';
export { toJsonValue } from './json-value.ts';
export type { Computed } from './lazy-map.ts';
export {
  type CheckedExpression,
  PolicyExpressions,
  type PolicyProgram,
  type PolicyVariables,
  type RunOutcome,
} from './policy-expressions.ts';
export { type ObservedTypes, type PolicyScope, userInfoType, type VariableName } from './policy-scope.ts';
