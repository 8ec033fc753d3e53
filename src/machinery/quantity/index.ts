/**
 * Resource quantities: `500m`, `1Gi`, `12e6`. Owns parsing, canonical form, exact arithmetic and the numeric views
 * that schedulers and quotas use. Does not know which resources exist.
 *
 * Start reading at `quantity.ts`; `numeric-views.ts` holds the fast paths.
 */
export { quantityToBigInt, quantityToInteger, quantityToMilli, quantityToNumber } from './numeric-views.ts';
export {
  addQuantities,
  canonicalizeQuantity,
  checkQuantity,
  compareQuantities,
  formatQuantity,
  parseQuantity,
  type Quantity,
  quantityOf,
  quantityOfMilli,
  quantityProblems,
  subtractQuantities,
} from './quantity.ts';
export type { QuantityFormat } from './suffix.ts';
