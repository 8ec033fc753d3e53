import { celTypes } from './cel-type.ts';
import { accumulatorName, type Expression } from './expression.ts';
import type { Issue } from './issues.ts';

type Expansion =
  | { readonly expression: Expression; readonly issue?: undefined }
  | { readonly issue: Issue; readonly expression?: undefined };

/**
 * What a call that is a macro stands for; undefined for any other call. cel-go's macros, those over two variables, of
 * optional values, and `sortBy`.
 */
export function expandMacro(
  name: string,
  at: number,
  target: Expression | undefined,
  args: readonly Expression[],
): Expansion | undefined {
  if (target === undefined) return name === 'has' && args.length === 1 ? expandHas(args[0]!, at) : undefined;
  const make = new MacroParts(at);
  const key = `${name}/${args.length}`;
  switch (key) {
    case 'all/2':
    case 'exists/2':
    case 'exists_one/2':
      return overOne(args, 'argument must be a simple name', variable =>
        quantify(make, name, target, variable, undefined, args[1]!),
      );
    case 'all/3':
    case 'exists/3':
    case 'exists_one/3':
    case 'existsOne/3':
      return overTwo(args, (one, two) => quantify(make, name, target, one, two, args[2]!));
    case 'map/2':
    case 'map/3':
      return overOne(args, 'argument is not an identifier', variable =>
        make.collect(target, variable, undefined, args.length === 3 ? args[1] : undefined, args.at(-1)!),
      );
    case 'filter/2':
      return overOne(args, 'argument is not an identifier', variable =>
        make.collect(target, variable, undefined, args[1], args[0]!),
      );
    case 'transformList/3':
    case 'transformList/4':
      return overTwo(args, (one, two) =>
        make.collect(target, one, two, args.length === 4 ? args[2] : undefined, args.at(-1)!),
      );
    case 'transformMap/3':
    case 'transformMap/4':
      return overTwo(args, (one, two) =>
        make.insert(target, one, two, args.length === 4 ? args[2] : undefined, [make.name(one), args.at(-1)!]),
      );
    case 'transformMapEntry/3':
    case 'transformMapEntry/4':
      return overTwo(args, (one, two) =>
        make.insert(target, one, two, args.length === 4 ? args[2] : undefined, [args.at(-1)!]),
      );
    case 'optMap/2':
      return overOne(args, 'optMap() variable name must be a simple identifier', variable =>
        make.optional(target, variable, make.call('optional.of', [make.bind(variable, target, args[1]!)])),
      );
    case 'optFlatMap/2':
      return overOne(args, 'optFlatMap() variable name must be a simple identifier', variable =>
        make.optional(target, variable, make.bind(variable, target, args[1]!)),
      );
    case 'sortBy/2':
      return overOne(args, 'sortBy() variable name must be a simple identifier', variable =>
        make.sort(target, variable, args[1]!),
      );
    default:
      return undefined;
  }
}

function expandHas(arg: Expression, at: number): Expansion {
  if (arg.kind === 'selection') return { expression: { ...arg, at, isTest: true } };
  return { issue: { at: arg.at, message: 'invalid argument to has() macro' } };
}

function overOne(args: readonly Expression[], problem: string, make: (variable: string) => Expression): Expansion {
  const read = readVariable(args[0]!, problem);
  return typeof read === 'string' ? { expression: make(read) } : read;
}

function overTwo(args: readonly Expression[], make: (one: string, two: string) => Expression): Expansion {
  const one = readVariable(args[0]!, 'argument must be a simple name');
  if (typeof one !== 'string') return one;
  const two = readVariable(args[1]!, 'argument must be a simple name');
  if (typeof two !== 'string') return two;
  if (one === two) return { issue: { at: args[1]!.at, message: `duplicate variable name: ${one}` } };
  return { expression: make(one, two) };
}

function readVariable(arg: Expression, problem: string): string | { readonly issue: Issue } {
  if (arg.kind !== 'identifier') return { issue: { at: arg.at, message: problem } };
  if (arg.name === '__result__') {
    return { issue: { at: arg.at, message: 'iteration variable overwrites accumulator variable' } };
  }
  return arg.name;
}

function quantify(
  make: MacroParts,
  name: string,
  range: Expression,
  variable: string,
  variable2: string | undefined,
  predicate: Expression,
): Expression {
  switch (name) {
    case 'all':
      return make.fold(range, variable, variable2, {
        initial: make.bool(true),
        condition: make.call('@not_strictly_false', [make.accumulator()]),
        step: make.call('_&&_', [make.accumulator(), predicate]),
      });
    case 'exists':
      return make.fold(range, variable, variable2, {
        initial: make.bool(false),
        condition: make.call('@not_strictly_false', [make.call('!_', [make.accumulator()])]),
        step: make.call('_||_', [make.accumulator(), predicate]),
      });
    default:
      return make.fold(range, variable, variable2, {
        initial: make.int(0n),
        condition: make.bool(true),
        step: make.call('_?_:_', [predicate, make.call('_+_', [make.accumulator(), make.int(1n)]), make.accumulator()]),
        result: make.call('_==_', [make.accumulator(), make.int(1n)]),
      });
  }
}

interface Fold {
  readonly initial: Expression;
  readonly condition: Expression;
  readonly step: Expression;
  /** Default: the accumulator. */
  readonly result?: Expression;
}

/** Builds the expressions that a macro at one place consists of. */
class MacroParts {
  readonly #at: number;

  constructor(at: number) {
    this.#at = at;
  }

  name(name: string): Expression {
    return { kind: 'identifier', at: this.#at, name };
  }

  accumulator(): Expression {
    return this.name(accumulatorName);
  }

  bool(value: boolean): Expression {
    return { kind: 'literal', at: this.#at, value, type: celTypes.bool };
  }

  int(value: bigint): Expression {
    return { kind: 'literal', at: this.#at, value, type: celTypes.int };
  }

  list(...items: readonly Expression[]): Expression {
    return { kind: 'list', at: this.#at, items, optional: new Set() };
  }

  call(name: string, args: readonly Expression[]): Expression {
    return { kind: 'call', at: this.#at, name, target: undefined, args };
  }

  memberCall(name: string, target: Expression, args: readonly Expression[] = []): Expression {
    return { kind: 'call', at: this.#at, name, target, args };
  }

  fold(range: Expression, variable: string, variable2: string | undefined, fold: Fold): Expression {
    const { initial, condition, step, result = this.accumulator() } = fold;
    return {
      kind: 'comprehension',
      at: this.#at,
      range,
      variable,
      variable2,
      accumulator: accumulatorName,
      initial,
      condition,
      step,
      result,
    };
  }

  /** A list of what is made of each that passes. */
  collect(
    range: Expression,
    variable: string,
    variable2: string | undefined,
    filter: Expression | undefined,
    transform: Expression,
  ): Expression {
    const step = this.call('_+_', [this.accumulator(), this.list(transform)]);
    return this.fold(range, variable, variable2, {
      initial: this.list(),
      condition: this.bool(true),
      step: this.#onlyIf(filter, step),
    });
  }

  /** A map of what is made of each that passes. */
  insert(
    range: Expression,
    variable: string,
    variable2: string,
    filter: Expression | undefined,
    entry: readonly Expression[],
  ): Expression {
    const step = this.call('cel.@mapInsert', [this.accumulator(), ...entry]);
    return this.fold(range, variable, variable2, {
      initial: { kind: 'map', at: this.#at, entries: [] },
      condition: this.bool(true),
      step: this.#onlyIf(filter, step),
    });
  }

  /** The outcome with a name for a value: a fold over nothing. */
  bind(variable: string, target: Expression, result: Expression): Expression {
    return this.let(variable, this.memberCall('value', target), result);
  }

  let(variable: string, value: Expression, result: Expression): Expression {
    return {
      kind: 'comprehension',
      at: this.#at,
      range: this.list(),
      variable: '#unused',
      variable2: undefined,
      accumulator: variable,
      initial: value,
      condition: this.bool(false),
      step: this.name(variable),
      result,
    };
  }

  optional(target: Expression, _variable: string, present: Expression): Expression {
    return this.call('_?_:_', [this.memberCall('hasValue', target), present, this.call('optional.none', [])]);
  }

  sort(target: Expression, variable: string, key: Expression): Expression {
    const input = '@__sortBy_input__';
    const keys = this.collect(this.name(input), variable, undefined, undefined, key);
    return this.let(input, target, this.memberCall('@sortByAssociatedKeys', this.name(input), [keys]));
  }

  #onlyIf(filter: Expression | undefined, step: Expression): Expression {
    return filter === undefined ? step : this.call('_?_:_', [filter, step, this.accumulator()]);
  }
}
