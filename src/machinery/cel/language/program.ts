import { isGuarded, refuseCall } from './call-guard.ts';
import { spendingOf } from './call-spending.ts';
import type { Checked } from './checker.ts';
import type {
  Call,
  Comprehension,
  Expression,
  ListLiteral,
  MapLiteral,
  ObjectLiteral,
  Selection,
} from './expression.ts';
import { CelFailure, CostCounter, fail, noSuchOverload } from './failure.ts';
import { selectField, testField } from './select-field.ts';
import { CelLiteralMap, CelOptional, CelTypeValue, isList, isMap, itemsOf, keyText, typeNameOf } from './values.ts';

/** Computes a call of a function, of one name, from its arguments (a member's target first). */
export type FunctionBody = (...args: readonly unknown[]) => unknown;

export type Functions = Readonly<Record<string, FunctionBody>>;

export type Variables = Readonly<Record<string, unknown>>;

/** Makes a value of an object that an expression writes: `Object{…}`. */
export type MakeObject = (name: string, fields: ReadonlyMap<string, unknown>) => unknown;

export interface Outcome {
  /** A `CelFailure` where there is none. */
  readonly value: unknown;
  readonly cost: number;
}

interface Frame {
  readonly variables: Variables;
  readonly locals: unknown[];
  readonly cost: CostCounter;
}

type Step = (frame: Frame) => unknown;

/** A checked expression, ready to be run again and again. */
export class Program {
  readonly #step: Step;

  constructor(checked: Checked, functions: Functions, makeObject?: MakeObject) {
    this.#step = new ProgramBuilder(checked, functions, makeObject).build(checked.expression);
  }

  /** Throws `CostExceeded` when it costs more than `limit`. */
  run(variables: Variables, limit: number): Outcome {
    const cost = new CostCounter(limit);
    const value = this.#step({ variables, locals: [], cost });
    return { value, cost: cost.spent };
  }
}

class ProgramBuilder {
  readonly #checked: Checked;
  readonly #functions: Functions;
  readonly #makeObject: MakeObject | undefined;
  /** Names of macros' variables; their places are those of their values in a frame. */
  readonly #locals: string[] = [];

  constructor(checked: Checked, functions: Functions, makeObject: MakeObject | undefined) {
    this.#checked = checked;
    this.#functions = functions;
    this.#makeObject = makeObject;
  }

  build(expression: Expression): Step {
    switch (expression.kind) {
      case 'literal': {
        const { value } = expression;
        return () => value;
      }
      case 'identifier':
        return this.#name(expression.name);
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
        return this.#fold(expression);
    }
  }

  #name(given: string): Step {
    const name = given.startsWith('.') ? given.slice(1) : given;
    const at = this.#locals.lastIndexOf(name);
    if (at >= 0) {
      return frame => {
        frame.cost.add(1);
        return frame.locals[at];
      };
    }
    return frame => {
      frame.cost.add(1);
      const value = frame.variables[name];
      if (value !== undefined) return value;
      return isTypeName(name) ? new CelTypeValue(name) : fail(`no such attribute(s): ${name}`);
    };
  }

  #selection(selection: Selection): Step {
    const { field, isTest } = selection;
    const whole = isTest ? undefined : qualifiedNameOf(selection);
    if (whole !== undefined && isTypeName(whole)) return () => new CelTypeValue(whole);
    if (whole !== undefined && this.#checked.references.has(whole)) return this.#name(whole);
    const operand = this.build(selection.operand);
    if (isTest) return frame => testField(operand(frame), field);
    return frame => {
      const target = operand(frame);
      frame.cost.add(1);
      return selectField(target, field);
    };
  }

  #call(call: Call): Step {
    const { name, target } = this.#checked.calleeOf(call);
    const args = [...(target === undefined ? [] : [target]), ...call.args].map(arg => this.build(arg));
    switch (name) {
      case '_&&_':
        return logical(args[0]!, args[1]!, false);
      case '_||_':
        return logical(args[0]!, args[1]!, true);
      case '_?_:_':
        return conditional(args as [Step, Step, Step]);
      case '@not_strictly_false':
        return frame => args[0]!(frame) !== false;
      case '_?._':
        return optionalField(args as [Step, Step]);
      case 'orValue':
      case 'or':
        return otherwise(args as [Step, Step], name === 'or');
      default:
        return this.#invoke(call, name, args);
    }
  }

  #invoke(call: Call, name: string, args: readonly Step[]): Step {
    const body = this.#functions[name];
    const overloads = this.#checked.overloadsOf(call);
    const overload = overloads.length === 1 ? overloads[0]! : '';
    if (body === undefined) return () => noSuchOverload;
    const signatures = isGuarded(name) ? this.#checked.signaturesOf(call) : undefined;
    return frame => {
      const values: unknown[] = [];
      for (const arg of args) {
        const value = arg(frame);
        if (value instanceof CelFailure) return value;
        values.push(value);
      }
      const refusal = signatures === undefined ? undefined : refuseCall(name, signatures, values);
      if (refusal !== undefined) return refusal;
      const result = body(...values);
      frame.cost.add(spendingOf(name, overload, values, result));
      return result;
    };
  }

  #list({ items, optional }: ListLiteral): Step {
    const steps = items.map(item => this.build(item));
    return frame => {
      frame.cost.add(10);
      const values: unknown[] = [];
      for (const [index, step] of steps.entries()) {
        const value = step(frame);
        if (value instanceof CelFailure) return value;
        if (!optional.has(index)) values.push(value);
        else if (value instanceof CelOptional && value.hasValue) values.push(value.value);
      }
      return values;
    };
  }

  #map({ entries }: MapLiteral): Step {
    const steps = entries.map(({ key, value, isOptional }) => ({
      key: this.build(key),
      value: this.build(value),
      isOptional,
    }));
    return frame => {
      frame.cost.add(30);
      const pairs = new Map<string, readonly [unknown, unknown]>();
      for (const step of steps) {
        const key = step.key(frame);
        const value = step.value(frame);
        if (key instanceof CelFailure) return key;
        if (value instanceof CelFailure) return value;
        if (!step.isOptional) pairs.set(keyText(key), [key, value]);
        else if (value instanceof CelOptional && value.hasValue) pairs.set(keyText(key), [key, value.value]);
      }
      return new CelLiteralMap(pairs);
    };
  }

  #object({ name, fields }: ObjectLiteral): Step {
    const make = this.#makeObject;
    const steps = fields.map(field => ({ ...field, step: this.build(field.value) }));
    return frame => {
      frame.cost.add(40);
      const values = new Map<string, unknown>();
      for (const { name: field, step, isOptional } of steps) {
        const value = step(frame);
        if (value instanceof CelFailure) return value;
        if (!isOptional) values.set(field, value);
        else if (value instanceof CelOptional && value.hasValue) values.set(field, value.value);
      }
      return make === undefined ? noSuchOverload : make(name, values);
    };
  }

  #fold(fold: Comprehension): Step {
    const range = this.build(fold.range);
    const initial = this.build(fold.initial);
    const at = this.#locals.length;
    this.#locals.push(fold.accumulator, fold.variable);
    if (fold.variable2 !== undefined) this.#locals.push(fold.variable2);
    const condition = this.build(fold.condition);
    const step = this.build(fold.step);
    this.#locals.length = at + 1;
    const result = this.build(fold.result);
    this.#locals.length = at;
    const hasTwo = fold.variable2 !== undefined;
    return frame => {
      const over = range(frame);
      if (over instanceof CelFailure) return over;
      const { locals } = frame;
      locals[at] = initial(frame);
      const problem = iterate(over, hasTwo, (one, two) => {
        locals[at + 1] = one;
        if (hasTwo) locals[at + 2] = two;
        if (condition(frame) !== true) return false;
        locals[at] = step(frame);
        return true;
      });
      return problem ?? result(frame);
    };
  }
}

/** Hands a range's members to `visit` until it returns false. Returns a failure for what is no range. */
function iterate(
  range: unknown,
  hasTwo: boolean,
  visit: (one: unknown, two: unknown) => boolean,
): CelFailure | undefined {
  if (isList(range)) {
    const items = itemsOf(range);
    for (let i = 0; i < items.length; i++) {
      if (!(hasTwo ? visit(BigInt(i), items[i]) : visit(items[i], undefined))) break;
    }
    return undefined;
  }
  if (!isMap(range)) return fail(`got '${goNameOf(range)}', expected iterable type`);
  for (const key of range.keys()) if (!visit(key, hasTwo ? range.get(key) : undefined)) break;
  return undefined;
}

/** The type as cel-go's own code calls it. */
function goNameOf(value: unknown): string {
  const name = typeNameOf(value).replace(/^google\.protobuf\.|_type$/g, '');
  return `types.${name.charAt(0).toUpperCase()}${name.slice(1)}`;
}

/** Kubernetes: either side may decide, whatever the other came to. */
function logical(left: Step, right: Step, decides: boolean): Step {
  return frame => {
    const one = left(frame);
    if (one === decides) return decides;
    const other = right(frame);
    if (other === decides) return decides;
    if (one instanceof CelFailure) return one;
    if (other instanceof CelFailure) return other;
    return typeof one === 'boolean' && typeof other === 'boolean' ? !decides : noSuchOverload;
  };
}

function conditional([condition, positive, negative]: readonly [Step, Step, Step]): Step {
  return frame => {
    const decision = condition(frame);
    if (decision instanceof CelFailure) return decision;
    if (typeof decision !== 'boolean') return noSuchOverload;
    return decision ? positive(frame) : negative(frame);
  };
}

function optionalField([operand, name]: readonly [Step, Step]): Step {
  return frame => {
    const target = operand(frame);
    if (target instanceof CelFailure) return target;
    frame.cost.add(1);
    const inner = target instanceof CelOptional ? target.value : target;
    const value = isMap(inner) ? inner.get(name(frame)) : undefined;
    return value === undefined ? CelOptional.none : CelOptional.of(value);
  };
}

function otherwise([left, right]: readonly [Step, Step], keepsOptional: boolean): Step {
  return frame => {
    const value = left(frame);
    if (value instanceof CelFailure) return value;
    if (!(value instanceof CelOptional)) return noSuchOverload;
    if (!value.hasValue) return right(frame);
    return keepsOptional ? value : value.value;
  };
}

const typeNames: ReadonlySet<string> = new Set(
  (
    'bool bytes double int list map null_type string type uint optional_type google.protobuf.Duration ' +
    'google.protobuf.Timestamp net.IP net.CIDR'
  ).split(' '),
);

function isTypeName(name: string): boolean {
  return typeNames.has(name);
}

function qualifiedNameOf(expression: Expression): string | undefined {
  if (expression.kind === 'identifier') return expression.name;
  if (expression.kind !== 'selection' || expression.isTest) return undefined;
  const prefix = qualifiedNameOf(expression.operand);
  return prefix === undefined ? undefined : `${prefix}.${expression.field}`;
}
