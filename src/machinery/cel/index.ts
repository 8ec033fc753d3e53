/**
 * CEL: the language in `language`, its functions in `functions`, and what it is used for: validation rules of CRDs in
 * `rules`, admission in `policies`, the claims of tokens in `claim-programs.ts`.
 *
 * Not re-exported by `machinery/index.ts`: most clusters have no expressions and need not load this.
 */
export { ClaimPrograms, type ClaimVariable } from './claim-programs.ts';
export {
  type AuthorizerPort,
  type AuthorizerQuestion,
  type CheckedExpression,
  type Computed,
  type CostBudget,
  type ObservedTypes,
  PolicyExpressions,
  type PolicyProgram,
  type PolicyScope,
  type PolicyVariables,
  type RunOutcome,
  type VariableName,
} from './policies/index.ts';
