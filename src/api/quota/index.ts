/**
 * How objects count in ResourceQuotas: what each takes of what a quota can name, and whether a quota is about it. Pure;
 * the API server refuses by it and a controller adds it up. Owns also what pods ask for as a whole, for LimitRanges.
 *
 * Start reading at `quota-evaluator.ts`.
 */
export {
  type Amounts,
  addAmounts,
  formatAmounts,
  isSameAmounts,
  pickAmounts,
  quantityIn,
  subtractAmounts,
  withoutZeros,
} from './amounts.ts';
export { podLimits, podRequests, withOverhead } from './pod-resources.ts';
export { isCharged } from './pod-usage.ts';
export { type QuotaEvaluator, quotaEvaluatorOf } from './quota-evaluator.ts';
export { isInScopes } from './quota-scopes.ts';
