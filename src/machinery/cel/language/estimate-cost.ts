import { callEstimateOf } from './call-costs.ts';
import type { CelType } from './cel-type.ts';
import { isOptionalType } from './cel-type.ts';
import type { Checked } from './checker.ts';
import { type Range, ranges, regexLengthFactor, stringTraversalFactor } from './cost-range.ts';
import { accumulatorName, type Call, type Comprehension, type Expression } from './expression.ts';

/** An operand, as estimates look at it. */
export interface CostNode {
  /** From a variable down: field names, `@items`, `@keys`, `@values`; empty where unknown. */
  readonly path: readonly string[];
  readonly type: CelType;
  readonly expression: Expression | undefined;
  /** What the expression itself tells of its size. */
  readonly size: Range | undefined;
}

/** How large what is found at a path can be; undefined where nothing is known. */
export type SizeSource = (path: readonly string[]) => Range | undefined;

export interface CallEstimate {
  readonly cost: Range;
  /** Of a result that has a size. */
  readonly resultSize?: Range | undefined;
}

interface EntrySize {
  readonly container: 'list' | 'map';
  readonly key: Range;
  readonly value: Range;
}

interface Local {
  readonly path: readonly string[];
  readonly size: Range | undefined;
  readonly entry: EntrySize | undefined;
}

/** What evaluating an expression costs at worst. Kubernetes: cel-go's `checker/cost.go`; presence tests cost nothing. */
export function estimateCost(checked: Checked, sizes: SizeSource): Range {
  return new CostEstimate(checked, sizes).of(checked.expression);
}

class CostEstimate {
  readonly #checked: Checked;
  readonly #sizes: SizeSource;
  readonly #paths = new Map<Expression, readonly string[]>();
  readonly #known = new Map<Expression, Range>();
  readonly #entries = new Map<Expression, EntrySize>();
  readonly #locals = new Map<string, Local[]>();

  constructor(checked: Checked, sizes: SizeSource) {
    this.#checked = checked;
    this.#sizes = sizes;
  }

  of(expression: Expression): Range {
    switch (expression.kind) {
      case 'literal':
        return ranges.zero;
      case 'identifier':
        this.#paths.set(expression, this.#local(expression.name)?.path ?? [expression.name]);
        return ranges.one;
      case 'selection':
        return this.#selection(expression);
      case 'call':
        return this.#call(expression);
      case 'list':
        return this.#list(expression);
      case 'map':
        return this.#map(expression);
      case 'object':
        return expression.fields.reduce((sum, { value }) => ranges.add(sum, this.of(value)), ranges.fixed(40));
      case 'comprehension':
        return isBinding(expression) ? this.#binding(expression) : this.#fold(expression);
    }
  }

  #selection(selection: Extract<Expression, { kind: 'selection' }>): Range {
    const cost = this.of(selection.operand);
    if (selection.isTest) return cost;
    const { kind } = this.#checked.typeOf(selection.operand);
    this.#paths.set(selection, [...this.#pathOf(selection.operand), selection.field]);
    return kind === 'map' || kind === 'object' || kind === 'param' ? ranges.add(cost, ranges.one) : cost;
  }

  #call(call: Call): Range {
    const { name, target } = this.#checked.calleeOf(call);
    if (name === 'dyn') {
      const [arg] = call.args as [Expression];
      const cost = this.of(arg);
      this.#copySizes(call, arg);
      return ranges.add(cost, ranges.one);
    }
    const costs = call.args.map(arg => this.of(arg));
    const nodes = call.args.map(arg => this.#node(arg));
    const overloads = this.#checked.overloadsOf(call);
    if (overloads.length === 0) return ranges.zero;
    const targetCost = target === undefined ? ranges.zero : this.of(target);
    const targetNode = target === undefined ? undefined : this.#node(target);
    let cost: Range = { min: Number.POSITIVE_INFINITY, max: 0 };
    let size: Range | undefined;
    for (const overload of overloads) {
      const estimate = this.#estimate(call, name, overload, targetNode, nodes, costs);
      cost = ranges.union(cost, estimate.cost);
      const { resultSize } = estimate;
      if (resultSize !== undefined) size = size === undefined ? resultSize : ranges.union(size, resultSize);
      if (overload === 'index_list' || overload === 'index_map') {
        const [container] = call.args as [Expression];
        size = this.#entryOf(container)?.value;
        this.#paths.set(call, [...this.#pathOf(container), overload === 'index_list' ? '@items' : '@values']);
      }
      size ??= this.#sizeOf(call);
    }
    if (size !== undefined) this.#known.set(call, size);
    return ranges.add(targetCost, cost);
  }

  #estimate(
    call: Call,
    name: string,
    overload: string,
    target: CostNode | undefined,
    args: readonly CostNode[],
    costs: readonly Range[],
  ): CallEstimate {
    const ofArgs = costs.reduce(ranges.add, ranges.zero);
    const sizeOf = (node: CostNode): Range => node.size ?? this.#sizeAt(node.path) ?? ranges.unknown;
    const special = callEstimateOf(name, overload, target, args, sizeOf);
    if (special !== undefined) return { ...special, cost: ranges.add(special.cost, ofArgs) };
    const plain = (cost: Range, resultSize?: Range): CallEstimate => ({ cost: ranges.add(cost, ofArgs), resultSize });
    const known = (node: CostNode): Range => node.size ?? ranges.unknown;
    switch (overload) {
      case 'string_format':
        return plain(ranges.scale(known(target!), stringTraversalFactor));
      case 'string_to_bytes': {
        const size = known(args[0]!);
        return plain(ranges.scale(size, stringTraversalFactor), { min: size.min, max: size.max * 4 });
      }
      case 'bytes_to_string': {
        const size = known(args[0]!);
        return plain(ranges.scale(size, stringTraversalFactor), { min: Math.floor(size.min / 4), max: size.max });
      }
      case 'strings_quote': {
        const size = known(args[0]!);
        return plain(ranges.scale(size, stringTraversalFactor), { min: size.min + 2, max: size.max * 2 + 2 });
      }
      case 'starts_with_string':
      case 'ends_with_string':
        return plain(ranges.scale(known(args[0]!), stringTraversalFactor));
      case 'in_list':
        return plain(known(args[1]!));
      case 'matches_string': {
        const text = ranges.scale(ranges.add(known(target!), ranges.one), stringTraversalFactor);
        return plain(ranges.multiply(text, ranges.scale(known(args[0]!), regexLengthFactor)));
      }
      case 'contains_string': {
        const text = ranges.scale(known(target!), stringTraversalFactor);
        return plain(ranges.multiply(text, ranges.scale(known(args[0]!), stringTraversalFactor)));
      }
      case 'logical_or':
      case 'logical_and':
        // The left side alone, if it decides.
        return { cost: { min: costs[0]!.min, max: costs[0]!.max + costs[1]!.max } };
      case 'conditional': {
        const size = ranges.union(known(args[1]!), known(args[2]!));
        this.#setEntry(call, uniteEntries(this.#entryOf(call.args[1]!), this.#entryOf(call.args[2]!)));
        return { cost: ranges.add(costs[0]!, ranges.union(costs[1]!, costs[2]!)), resultSize: size };
      }
      case 'add_string':
      case 'add_bytes':
      case 'add_list': {
        const size = ranges.add(known(args[0]!), known(args[1]!));
        this.#setEntry(call, uniteEntries(this.#entryOf(call.args[0]!), this.#entryOf(call.args[1]!)));
        return plain(overload === 'add_list' ? ranges.one : ranges.scale(size, stringTraversalFactor), size);
      }
      default:
        return isComparison(overload) ? plain(compareCost(known(args[0]!), known(args[1]!))) : plain(ranges.one);
    }
  }

  #list(list: Extract<Expression, { kind: 'list' }>): Range {
    let cost: Range = ranges.fixed(10);
    let size: Range = { min: list.items.length === 0 ? 0 : Number.POSITIVE_INFINITY, max: 0 };
    for (const item of list.items) {
      cost = ranges.add(cost, this.of(item));
      size = ranges.union(size, this.#sizeOf(item) ?? ranges.unknown);
    }
    this.#setEntry(list, { container: 'list', key: ranges.one, value: size });
    return cost;
  }

  #map(map: Extract<Expression, { kind: 'map' }>): Range {
    let cost: Range = ranges.fixed(30);
    const none: Range = { min: map.entries.length === 0 ? 0 : Number.POSITIVE_INFINITY, max: 0 };
    let keySize = none;
    let valueSize = none;
    for (const { key, value } of map.entries) {
      cost = ranges.add(ranges.add(cost, this.of(key)), this.of(value));
      keySize = ranges.union(keySize, this.#sizeOf(key) ?? ranges.unknown);
      valueSize = ranges.union(valueSize, this.#sizeOf(value) ?? ranges.unknown);
    }
    this.#setEntry(map, { container: 'map', key: keySize, value: valueSize });
    return cost;
  }

  #fold(fold: Comprehension): Range {
    const before = ranges.add(this.of(fold.range), this.of(fold.initial));
    this.#push(fold.accumulator, {
      path: this.#pathOf(fold.initial),
      size: this.#sizeOf(fold.initial),
      entry: this.#entryOf(fold.initial),
    });
    this.#pushVariables(fold);
    const condition = this.of(fold.condition);
    const step = this.of(fold.step);
    this.#pop(fold.variable);
    if (fold.variable2 !== undefined) this.#pop(fold.variable2);
    const after = this.of(fold.result);
    this.#pop(fold.accumulator);
    const count = this.#sizeOf(fold.range) ?? ranges.unknown;
    const { kind } = fold.initial;
    if (kind === 'literal') {
      const size = this.#sizeOf(fold.initial);
      if (size !== undefined) this.#known.set(fold, size);
    } else if (kind === 'list' || kind === 'map') {
      this.#known.set(fold, count);
      this.#setEntry(fold, this.#entryOf(fold.step));
    }
    return ranges.add(ranges.add(before, after), ranges.multiply(count, ranges.add(step, condition)));
  }

  #pushVariables({ range, variable, variable2 }: Comprehension): void {
    const entry = this.#entryOf(range);
    const isList = (entry?.container ?? this.#checked.typeOf(range).kind) === 'list';
    const path = this.#pathOf(range);
    const at = (part: string): readonly string[] => [...path, part];
    if (variable2 === undefined) {
      const size = isList ? entry?.value : entry?.key;
      this.#push(variable, { path: at(isList ? '@items' : '@keys'), size, entry: undefined });
      return;
    }
    this.#push(variable, { path: at(isList ? '@indices' : '@keys'), size: entry?.key, entry: undefined });
    this.#push(variable2, { path: at(isList ? '@items' : '@values'), size: entry?.value, entry: undefined });
  }

  #binding(fold: Comprehension): Range {
    const before = ranges.add(this.of(fold.range), this.of(fold.initial));
    this.#push(fold.accumulator, {
      path: this.#pathOf(fold.initial),
      size: this.#sizeOf(fold.initial),
      entry: this.#entryOf(fold.initial),
    });
    const after = this.of(fold.result);
    this.#pop(fold.accumulator);
    this.#copySizes(fold, fold.result);
    return ranges.add(before, after);
  }

  #push(name: string, local: Local): void {
    const stack = this.#locals.get(name);
    if (stack === undefined) this.#locals.set(name, [local]);
    else stack.push(local);
  }

  #pop(name: string): void {
    this.#locals.get(name)?.pop();
  }

  #local(name: string): Local | undefined {
    return this.#locals.get(name)?.at(-1);
  }

  #pathOf(expression: Expression): readonly string[] {
    const local = expression.kind === 'identifier' ? this.#local(expression.name) : undefined;
    return local?.path ?? this.#paths.get(expression) ?? [];
  }

  #node(expression: Expression): CostNode {
    const path = this.#pathOf(expression);
    const isAccumulated = path[0] === accumulatorName || path[0] === '__result__';
    const type = this.#checked.typeOf(expression);
    return { path: isAccumulated ? [] : path, type, expression, size: this.#sizeOf(expression) };
  }

  #sizeOf(expression: Expression): Range | undefined {
    const known = this.#known.get(expression) ?? sizeOfText(expression);
    if (known !== undefined) return known;
    const declared = this.#sizeAt(this.#pathOf(expression));
    if (declared !== undefined) {
      this.#known.set(expression, declared);
      return declared;
    }
    if (isScalar(this.#checked.typeOf(expression))) return ranges.one;
    return expression.kind === 'identifier' ? this.#local(expression.name)?.size : undefined;
  }

  #sizeAt(path: readonly string[]): Range | undefined {
    return path.length === 0 ? undefined : this.#sizes(path);
  }

  #entryOf(expression: Expression): EntrySize | undefined {
    const known = this.#entries.get(expression);
    if (known !== undefined || expression.kind !== 'identifier') return known;
    return this.#local(expression.name)?.entry;
  }

  #setEntry(expression: Expression, entry: EntrySize | undefined): void {
    if (entry !== undefined) this.#entries.set(expression, entry);
  }

  #copySizes(to: Expression, from: Expression): void {
    const size = this.#sizeOf(from);
    if (size !== undefined) this.#known.set(to, size);
    this.#setEntry(to, this.#entryOf(from));
  }
}

/** What optional values and `sortBy` are made of: a name for a value. */
function isBinding({ range, condition, accumulator }: Comprehension): boolean {
  const isEmpty = range.kind === 'list' && range.items.length === 0;
  return isEmpty && condition.kind === 'literal' && condition.value === false && accumulator !== '__result__';
}

function sizeOfText(expression: Expression): Range | undefined {
  switch (expression.kind) {
    case 'literal': {
      const { value } = expression;
      if (typeof value === 'string') return ranges.fixed([...value].length);
      return ranges.fixed(value instanceof Uint8Array ? value.length : 1);
    }
    case 'list':
      return ranges.fixed(expression.items.length);
    case 'map':
      return ranges.fixed(expression.entries.length);
    default:
      return undefined;
  }
}

function isScalar(type: CelType): boolean {
  switch (type.kind) {
    case 'bool':
    case 'double':
    case 'duration':
    case 'int':
    case 'timestamp':
    case 'uint':
      return true;
    default:
      return isOptionalType(type) && isScalar(type.params[0]!);
  }
}

function uniteEntries(one: EntrySize | undefined, other: EntrySize | undefined): EntrySize | undefined {
  if (one === undefined || other === undefined) return undefined;
  const { container } = one;
  return { container, key: ranges.union(one.key, other.key), value: ranges.union(one.value, other.value) };
}

function isComparison(overload: string): boolean {
  return /^(?:equals|not_equals|(?:less|greater)(?:_equals)?_(?:string|bytes))$/.test(overload);
}

function compareCost(one: Range, other: Range): Range {
  const max = Math.min(one.max, other.max);
  return ranges.scale({ min: max > 0 ? 1 : 0, max }, stringTraversalFactor);
}
