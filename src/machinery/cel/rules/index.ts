/**
 * Validation rules of CRDs: compiled against a schema, judged by what they may cost, and run on objects within a budget.
 *
 * Start reading at `compile-rules.ts`, then `run-rules.ts`.
 */
export { SchemaRuleChecks } from './check-rules.ts';
export { hasRules } from './compile-rules.ts';
export { type RuleFindings, type RuleRunOptions, runRules } from './run-rules.ts';
