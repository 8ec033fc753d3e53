import type { CelType } from './cel-type.ts';

/** A parsed expression. `at` is where its messages point to: operators, parentheses and dots rather than beginnings. */
export type Expression =
  | Literal
  | Identifier
  | Selection
  | Call
  | ListLiteral
  | MapLiteral
  | ObjectLiteral
  | Comprehension;

interface Node {
  readonly at: number;
}

export interface Literal extends Node {
  readonly kind: 'literal';
  readonly value: unknown;
  readonly type: CelType;
}

export interface Identifier extends Node {
  readonly kind: 'identifier';
  readonly name: string;
}

export interface Selection extends Node {
  readonly kind: 'selection';
  readonly operand: Expression;
  readonly field: string;
  /** `has(a.b)`: only whether it is there. */
  readonly isTest: boolean;
}

export interface Call extends Node {
  readonly kind: 'call';
  /** `_+_`, `size`, `lists.range`. */
  readonly name: string;
  readonly target: Expression | undefined;
  readonly args: readonly Expression[];
}

export interface ListLiteral extends Node {
  readonly kind: 'list';
  readonly items: readonly Expression[];
  /** Places of `?x`: left out when it has no value. */
  readonly optional: ReadonlySet<number>;
}

export interface MapEntry {
  readonly key: Expression;
  readonly value: Expression;
  readonly isOptional: boolean;
}

export interface MapLiteral extends Node {
  readonly kind: 'map';
  readonly entries: readonly MapEntry[];
}

/** `Object{spec: …}`. */
export interface ObjectLiteral extends Node {
  readonly kind: 'object';
  readonly name: string;
  readonly fields: readonly {
    readonly at: number;
    readonly name: string;
    readonly value: Expression;
    readonly isOptional: boolean;
  }[];
}

/** What `all`, `map`, `filter` and their kind become. */
export interface Comprehension extends Node {
  readonly kind: 'comprehension';
  readonly range: Expression;
  readonly variable: string;
  readonly variable2: string | undefined;
  readonly accumulator: string;
  readonly initial: Expression;
  readonly condition: Expression;
  readonly step: Expression;
  readonly result: Expression;
}

export const accumulatorName = '@result';
