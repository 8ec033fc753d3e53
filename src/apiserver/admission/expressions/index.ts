/**
 * CEL expressions in admission: what they may name, running them within a budget, and the match conditions that webhooks
 * and policies have in common. The language is `machinery/cel`'s, loaded when the first expression is needed.
 *
 * Start reading at `request-variables.ts`.
 */
export { authorizerFor } from './authorizer-port.ts';
export { type ConditionsOutcome, checkConditions } from './match-conditions.ts';
export { describeRequest, type RequestVariables, withVariables } from './request-variables.ts';
export { OutOfBudget, runExpression } from './run-expression.ts';
