import { isReserved } from '../field-name.ts';
import {
  type CelType,
  celTypes,
  formatType,
  isOptionalType,
  isSameType,
  listType,
  mapType,
  optionalType,
  paramType,
  typeType,
} from './cel-type.ts';
import type { Declarations, Overload } from './declarations.ts';
import type {
  Call,
  Comprehension,
  Expression,
  ListLiteral,
  MapLiteral,
  ObjectLiteral,
  Selection,
} from './expression.ts';
import type { Issue } from './issues.ts';
import { mostGeneral, TypeMapping } from './type-mapping.ts';

/** What an expression may name. */
export interface Scope {
  readonly variables: ReadonlyMap<string, CelType>;
  readonly functions: Declarations;
  /** Objects that may be made: `Object{…}`. */
  readonly objects?: ReadonlyMap<string, CelType> | undefined;
}

/** What the checker has found out of each part of an expression. */
export interface Checked {
  readonly expression: Expression;
  readonly issues: readonly Issue[];
  typeOf(expression: Expression): CelType;
  /** Which functions a call may turn out to be; empty for what is no call. */
  overloadsOf(call: Expression): readonly string[];
  /** The types that those functions take, the target's first. */
  signaturesOf(call: Expression): readonly (readonly CelType[])[];
  /** The function that a call names, where that is not what it looks like: `ip.isCanonical(x)` has no target. */
  calleeOf(call: Call): { readonly name: string; readonly target: Expression | undefined };
  /** A selection that is a name as a whole: a variable with dots. */
  readonly references: ReadonlySet<string>;
}

const typeNames: ReadonlyMap<string, CelType> = new Map([
  ...Object.entries(celTypes)
    .filter(([name]) => !['error', 'null', 'dyn', 'duration', 'timestamp'].includes(name))
    .map(([name, type]) => [name, typeType(type)] as const),
  ['null_type', typeType(celTypes.null)],
  ['list', typeType(listType(celTypes.dyn))],
  ['map', typeType(mapType(celTypes.dyn, celTypes.dyn))],
  ['optional_type', typeType(optionalType(celTypes.dyn))],
  ['google.protobuf.Duration', typeType(celTypes.duration)],
  ['google.protobuf.Timestamp', typeType(celTypes.timestamp)],
  ['net.IP', typeType({ kind: 'opaque', name: 'net.IP', params: [] })],
  ['net.CIDR', typeType({ kind: 'opaque', name: 'net.CIDR', params: [] })],
]);

/** Finds the types of an expression and what is wrong with them. Kubernetes: cel-go's `checker`. */
export function checkTypes(expression: Expression, scope: Scope): Checked {
  return new TypeChecker(scope).check(expression);
}

class TypeChecker implements Checked {
  expression!: Expression;
  readonly issues: Issue[] = [];
  readonly references = new Set<string>();
  readonly #scope: Scope;
  readonly #mapping = new TypeMapping();
  readonly #types = new Map<Expression, CelType>();
  readonly #overloads = new Map<Expression, string[]>();
  readonly #signatures = new Map<Expression, (readonly CelType[])[]>();
  readonly #callees = new Map<Expression, { name: string; target: Expression | undefined }>();
  /** Variables of macros, the innermost last. */
  readonly #locals: (readonly [string, CelType])[] = [];

  constructor(scope: Scope) {
    this.#scope = scope;
  }

  check(expression: Expression): Checked {
    this.expression = expression;
    this.#visit(expression);
    for (const [part, type] of this.#types) this.#types.set(part, this.#mapping.substitute(type, true));
    return this;
  }

  typeOf(expression: Expression): CelType {
    return this.#types.get(expression) ?? celTypes.dyn;
  }

  overloadsOf(call: Expression): readonly string[] {
    return this.#overloads.get(call) ?? [];
  }

  signaturesOf(call: Expression): readonly (readonly CelType[])[] {
    return this.#signatures.get(call) ?? [];
  }

  calleeOf(call: Call): { readonly name: string; readonly target: Expression | undefined } {
    return this.#callees.get(call) ?? call;
  }

  #visit(expression: Expression): CelType {
    const type = this.#typeFor(expression);
    this.#types.set(expression, type);
    return type;
  }

  #typeFor(expression: Expression): CelType {
    switch (expression.kind) {
      case 'literal':
        return expression.type;
      case 'identifier':
        return this.#lookUp(expression.name) ?? this.#undeclared(expression.at, expression.name);
      case 'selection':
        return this.#selection(expression);
      case 'call':
        return this.#call(expression);
      case 'list':
        return this.#list(expression);
      case 'map':
        return this.#map(expression);
      case 'object':
        return this.#object(expression);
      case 'comprehension':
        return this.#comprehension(expression);
    }
  }

  #lookUp(name: string): CelType | undefined {
    const plain = name.startsWith('.') ? name.slice(1) : name;
    for (let i = this.#locals.length - 1; i >= 0; i--) {
      const [local, type] = this.#locals[i]!;
      if (local === plain) return type;
    }
    const type = this.#scope.variables.get(plain) ?? typeNames.get(plain);
    if (type !== undefined) this.references.add(plain);
    return type;
  }

  #undeclared(at: number, name: string): CelType {
    return this.#fail(at, `undeclared reference to '${name}' (in container '')`);
  }

  #fail(at: number, message: string): CelType {
    this.issues.push({ at, message });
    return celTypes.error;
  }

  #selection(selection: Selection): CelType {
    const name = selection.isTest ? undefined : qualifiedName(selection);
    const known = name === undefined ? undefined : this.#lookUp(name);
    if (known !== undefined) return known;
    const type = this.#fieldType(selection.at, selection.operand, selection.field, false);
    return selection.isTest ? celTypes.bool : this.#mapping.substitute(type, false);
  }

  #fieldType(at: number, operand: Expression, field: string, isOptional: boolean): CelType {
    const operandType = this.#mapping.substitute(this.#visit(operand), false);
    const isInOptional = isOptionalType(operandType);
    const target = isInOptional ? operandType.params[0]! : operandType;
    const found = this.#fieldIn(at, target, field);
    return isInOptional || isOptional ? optionalType(found) : found;
  }

  #fieldIn(at: number, target: CelType, field: string): CelType {
    switch (target.kind) {
      case 'map':
        return target.params[1]!;
      case 'object':
        // Kubernetes: a field whose name is a keyword is found under that name, too.
        return (
          target.fields?.get(field) ??
          (isReserved(field) ? target.fields?.get(`__${field}__`) : undefined) ??
          this.#fail(at, `undefined field '${field}'`)
        );
      case 'param':
        this.#mapping.assign(celTypes.dyn, target);
        return celTypes.dyn;
      case 'dyn':
      case 'error':
        return celTypes.dyn;
      default:
        this.#fail(at, `type '${formatType(target)}' does not support field selection`);
        return celTypes.dyn;
    }
  }

  #call(call: Call): CelType {
    if (call.name === '_?._') {
      const [operand, field] = call.args as [Expression, Expression];
      this.#overloads.set(call, ['select_optional_field']);
      const name = field.kind === 'literal' ? String(field.value) : '';
      return this.#mapping.substitute(this.#fieldType(call.at, operand, name, true), false);
    }
    for (const arg of call.args) this.#visit(arg);
    const { functions } = this.#scope;
    if (call.target === undefined) {
      const name = call.name.startsWith('.') ? call.name.slice(1) : call.name;
      const overloads = functions.get(name);
      if (overloads === undefined) return this.#undeclared(call.at, call.name);
      if (name !== call.name) this.#callees.set(call, { name, target: undefined });
      return this.#resolve(call, name, overloads, undefined);
    }
    const prefix = qualifiedName(call.target);
    const qualified = prefix === undefined ? undefined : functions.get(`${prefix}.${call.name}`);
    if (qualified !== undefined) {
      const name = `${prefix}.${call.name}`;
      this.#callees.set(call, { name, target: undefined });
      return this.#resolve(call, name, qualified, undefined);
    }
    this.#visit(call.target);
    const overloads = functions.get(call.name);
    return overloads === undefined
      ? this.#undeclared(call.at, call.name)
      : this.#resolve(call, call.name, overloads, call.target);
  }

  #resolve(call: Call, name: string, overloads: readonly Overload[], target: Expression | undefined): CelType {
    const args = [...(target === undefined ? [] : [target]), ...call.args];
    const given = args.map(arg => this.#types.get(arg)!);
    if (name === '_&&_' || name === '_||_') return this.#logical(call, given, overloads[0]!);
    let result: CelType | undefined;
    const ids: string[] = [];
    const signatures: (readonly CelType[])[] = [];
    for (const overload of overloads) {
      if (overload.isMember !== (target !== undefined)) continue;
      const { params, result: declared } = this.#instantiate(overload);
      if (!this.#mapping.assignAll(given, params)) continue;
      ids.push(overload.id);
      signatures.push(overload.params);
      const type = this.#mapping.substitute(declared, false);
      if (result === undefined) result = type;
      else if (result.kind !== 'dyn' && !isSameType(type, result)) result = celTypes.dyn;
    }
    this.#overloads.set(call, ids);
    this.#signatures.set(call, signatures);
    if (result !== undefined) return result;
    const types = given.map(type => formatType(this.#mapping.substitute(type, true)));
    const signature = target === undefined ? `(${types.join(', ')})` : `${types[0]}.(${types.slice(1).join(', ')})`;
    return this.#fail(call.at, `found no matching overload for '${name}' applied to '${signature}'`);
  }

  #logical(call: Call, given: readonly CelType[], overload: Overload): CelType {
    let isWrong = false;
    for (const [index, type] of given.entries()) {
      if (this.#mapping.assign(type, celTypes.bool)) continue;
      isWrong = true;
      this.#mismatch(call.args[index]!, celTypes.bool, type);
    }
    this.#overloads.set(call, [overload.id]);
    return isWrong ? celTypes.error : celTypes.bool;
  }

  #instantiate({ params, result, typeParams }: Overload): Pick<Overload, 'params' | 'result'> {
    if (typeParams.length === 0) return { params, result };
    const fresh = new Map(typeParams.map(name => [name, this.#mapping.newParam()]));
    return { params: params.map(param => rename(param, fresh)), result: rename(result, fresh) };
  }

  #mismatch(at: Expression, expected: CelType, found: CelType): CelType {
    const show = (type: CelType): string => formatType(type);
    return this.#fail(at.at, `expected type '${show(expected)}' but found '${show(found)}'`);
  }

  #list({ items, optional }: ListLiteral): CelType {
    let joined: CelType | undefined;
    for (const [index, item] of items.entries()) {
      joined = this.#join(joined, this.#unwrapped(item, optional.has(index)));
    }
    return listType(joined ?? this.#mapping.newParam());
  }

  #map({ entries }: MapLiteral): CelType {
    let keys: CelType | undefined;
    let values: CelType | undefined;
    for (const { key, value, isOptional } of entries) {
      keys = this.#join(keys, this.#visit(key));
      values = this.#join(values, this.#unwrapped(value, isOptional));
    }
    return mapType(keys ?? this.#mapping.newParam(), values ?? this.#mapping.newParam());
  }

  #unwrapped(item: Expression, isOptional: boolean): CelType {
    const type = this.#visit(item);
    if (!isOptional) return type;
    if (isOptionalType(type)) return type.params[0]!;
    if (type.kind !== 'dyn') this.#mismatch(item, optionalType(type), type);
    return type;
  }

  /** What is of several types is told of later: some functions take it. */
  #join(before: CelType | undefined, type: CelType): CelType {
    if (before === undefined) return type;
    return this.#mapping.assign(before, type) ? mostGeneral(before, type) : celTypes.dyn;
  }

  #object(literal: ObjectLiteral): CelType {
    const type = this.#scope.objects?.get(literal.name);
    for (const { at, name, value, isOptional } of literal.fields) {
      const given = this.#unwrapped(value, isOptional);
      if (type === undefined) continue;
      const field = type.fields?.get(name) ?? this.#fail(at, `undefined field '${name}'`);
      if (this.#mapping.assign(field, given)) continue;
      const message = `expected type of field '${name}' is '${formatType(field)}' but provided type is '${formatType(given)}'`;
      this.#fail(at, message);
    }
    return type ?? this.#undeclared(literal.at, literal.name);
  }

  #comprehension(fold: Comprehension): CelType {
    const range = this.#mapping.substitute(this.#visit(fold.range), false);
    const accumulated = this.#visit(fold.initial);
    const [first, second] = this.#iterated(fold, range);
    this.#locals.push([fold.accumulator, accumulated], [fold.variable, first]);
    if (fold.variable2 !== undefined) this.#locals.push([fold.variable2, second]);
    const count = fold.variable2 === undefined ? 1 : 2;
    this.#demand(fold.condition, celTypes.bool);
    this.#demand(fold.step, accumulated);
    this.#locals.length -= count;
    const result = this.#visit(fold.result);
    this.#locals.pop();
    return this.#mapping.substitute(result, false);
  }

  /** What the variables of a fold are over a range of a type. */
  #iterated({ range: at, variable2 }: Comprehension, range: CelType): readonly [CelType, CelType] {
    switch (range.kind) {
      case 'list':
        return variable2 === undefined ? [range.params[0]!, celTypes.dyn] : [celTypes.int, range.params[0]!];
      case 'map':
        return [range.params[0]!, range.params[1]!];
      case 'dyn':
      case 'error':
      case 'param':
        this.#mapping.assign(celTypes.dyn, range);
        return [celTypes.dyn, celTypes.dyn];
      default: {
        const text = `expression of type '${formatType(range)}' cannot be range of a comprehension (must be list, map, or dynamic)`;
        this.#fail(at.at, text);
        return [celTypes.error, celTypes.error];
      }
    }
  }

  #demand(expression: Expression, type: CelType): void {
    const found = this.#visit(expression);
    if (!this.#mapping.assign(type, found)) this.#mismatch(expression, type, found);
  }
}

function rename(type: CelType, names: ReadonlyMap<string, CelType>): CelType {
  if (type.kind === 'param') return names.get(type.name) ?? paramType(type.name);
  return type.params.length === 0 ? type : { ...type, params: type.params.map(param => rename(param, names)) };
}

/** `a.b.c`, where that is all there is. */
export function qualifiedName(expression: Expression): string | undefined {
  if (expression.kind === 'identifier') return expression.name;
  if (expression.kind !== 'selection' || expression.isTest) return undefined;
  const prefix = qualifiedName(expression.operand);
  return prefix === undefined ? undefined : `${prefix}.${expression.field}`;
}
