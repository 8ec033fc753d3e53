/**
 * CEL: reading expressions, finding their types and what they may cost at worst, and running them with a limit to what
 * they cost. cel-go's rules, messages and numbers. Knows no function but by declaration; `../functions` has their bodies.
 *
 * Absent: syntax errors beyond the first, and in every word as antlr has them. Start reading at `compile.ts`.
 */
export { type CelType, celTypes, formatType, listType, mapType, objectType, optionalType } from './cel-type.ts';
export type { Scope } from './checker.ts';
export { type Compiled, compile } from './compile.ts';
export { type Range, ranges } from './cost-range.ts';
export type { SizeSource } from './estimate-cost.ts';
export { CelFailure, CostExceeded, fail } from './failure.ts';
export { formatIssues } from './issues.ts';
export type { Functions, Outcome, Program, Variables } from './program.ts';
export { standardDeclarations } from './standard-declarations.ts';
export {
  CelDuration,
  CelKeyedList,
  CelLiteralMap,
  type CelMap,
  CelObject,
  CelOptional,
  CelTimestamp,
  CelTypeValue,
  CelUint,
} from './values.ts';
