/** Between how much and how much something costs, or how large it is; `Infinity` where nobody knows. */
export interface Range {
  readonly min: number;
  readonly max: number;
}

export const stringTraversalFactor = 0.1;
export const regexLengthFactor = 0.25;

export const ranges = {
  zero: { min: 0, max: 0 },
  one: { min: 1, max: 1 },
  unknown: { min: 0, max: Number.POSITIVE_INFINITY },
  fixed: (value: number): Range => ({ min: value, max: value }),
  add: (one: Range, other: Range): Range => ({ min: one.min + other.min, max: one.max + other.max }),
  multiply: (one: Range, other: Range): Range => ({
    min: product(one.min, other.min),
    max: product(one.max, other.max),
  }),
  /** Rounded up. */
  scale: (range: Range, factor: number): Range => ({
    min: Math.ceil(product(range.min, factor)),
    max: Math.ceil(product(range.max, factor)),
  }),
  union: (one: Range, other: Range): Range => ({
    min: Math.min(one.min, other.min),
    max: Math.max(one.max, other.max),
  }),
};

/** Nothing times the unknown is nothing. */
function product(one: number, other: number): number {
  return one === 0 || other === 0 ? 0 : one * other;
}
