import { type FieldError, fieldError } from '../../field-error.ts';
import { isDeepEqual, isJsonObject } from '../../json/index.ts';
import { itemsOf, type JsonSchema, type JsonSchemaRule } from '../../schema/json-schema.ts';
import {
  CelFailure,
  CelOptional,
  CostExceeded,
  type Outcome,
  type Program,
  type Variables,
} from '../language/index.ts';
import { type CompiledRule, compileRules, hasRules } from './compile-rules.ts';
import { withTypeAndMeta } from './schema-type.ts';
import { toSchemaValue } from './schema-value.ts';

/** Kubernetes: what one rule, and what all rules of an object together may cost. */
const costPerCallMax = 1_000_000;
const costPerObjectMax = 10_000_000;
const messageBytesMax = 5 * 1024;

export interface RuleFindings {
  readonly errors: readonly FieldError[];
  /** Rules that are broken by what was there before: not refused, but told. */
  readonly ratcheted: readonly FieldError[];
}

export interface RuleRunOptions {
  readonly path?: string | undefined;
  /** Whether the value is a Kubernetes object; then rules see its name. */
  readonly isResource?: boolean | undefined;
  /** Whether parts that an update leaves as they were may go on breaking rules. */
  readonly ratchets?: boolean | undefined;
}

/**
 * Runs the rules of a schema on a value that is otherwise valid; on an update with what was there before. Kubernetes:
 * `cel.Validator`.
 */
export function runRules(
  schema: JsonSchema,
  value: unknown,
  old: unknown,
  { path = '', isResource = true, ratchets = false }: RuleRunOptions = {},
): RuleFindings {
  if (!hasRules(schema)) return noFindings;
  const run = new RuleRun();
  run.visit({ schema, value, old, path, isResource, isUnchanged: ratchets && isDeepEqual(value, old), ratchets });
  return run;
}

const noFindings: RuleFindings = { errors: [], ratcheted: [] };

interface Visit {
  readonly schema: JsonSchema;
  readonly value: unknown;
  readonly old: unknown;
  readonly path: string;
  readonly isResource: boolean;
  /** Whether the value is what it was, or stands in something that is. */
  readonly isUnchanged: boolean;
  readonly ratchets: boolean;
}

class RuleRun implements RuleFindings {
  readonly errors: FieldError[] = [];
  readonly ratcheted: FieldError[] = [];
  #budget = costPerObjectMax;
  #isOver = false;

  visit(visit: Visit): void {
    if (visit.value === null || visit.value === undefined || this.#isOver) return;
    this.#runAll(visit);
    if (Array.isArray(visit.value)) this.#visitItems(visit, visit.value);
    else if (isJsonObject(visit.value)) this.#visitFields(visit, visit.value);
  }

  #visitItems(visit: Visit, list: readonly unknown[]): void {
    const items = itemsOf(visit.schema);
    if (items === undefined || !hasRules(items)) return;
    const find = matchOldItems(visit.schema, visit.old);
    for (const [index, item] of list.entries()) {
      this.#descend(visit, items, item, find(item), `${visit.path}[${index}]`, find !== noMatch);
    }
  }

  #visitFields(visit: Visit, object: Readonly<Record<string, unknown>>): void {
    const { schema, path } = visit;
    const before = isJsonObject(visit.old) ? visit.old : {};
    const { additionalProperties, properties } = schema;
    for (const key in object) {
      const property = properties !== undefined && Object.hasOwn(properties, key) ? properties[key] : undefined;
      if (property !== undefined) {
        const below = path === '' ? key : `${path}.${key}`;
        if (hasRules(property)) this.#descend(visit, property, object[key], before[key], below, true);
      } else if (typeof additionalProperties === 'object' && hasRules(additionalProperties)) {
        this.#descend(visit, additionalProperties, object[key], before[key], `${path}[${key}]`, true);
      }
    }
  }

  /** What cannot be told from its siblings is unchanged with all of them. */
  #descend(visit: Visit, schema: JsonSchema, value: unknown, old: unknown, path: string, isMatched: boolean): void {
    const { ratchets } = visit;
    const isUnchanged = isMatched && ratchets ? isDeepEqual(value, old) : visit.isUnchanged;
    const isResource = schema['x-kubernetes-embedded-resource'] === true;
    this.visit({ schema, value, old, path, isResource, isUnchanged, ratchets });
  }

  #runAll(visit: Visit): void {
    const rules = compileRules(visit.schema, visit.isResource);
    if (rules.length === 0) return;
    if (this.#budget <= 0) {
      this.#end(visit, outOfBudget);
      return;
    }
    const schema = visit.isResource ? withTypeAndMeta(visit.schema) : visit.schema;
    const self = toSchemaValue(schema, visit.value);
    const hasOld = visit.old !== undefined && visit.old !== null;
    const oldSelf = hasOld && rules.some(each => each.usesOldSelf) ? toSchemaValue(schema, visit.old) : undefined;
    for (const compiled of rules) {
      if (this.#isOver) return;
      const isOptional = compiled.rule.optionalOldSelf === true;
      if (compiled.usesOldSelf && !hasOld && !isOptional) continue;
      const optional = oldSelf === undefined ? CelOptional.none : CelOptional.of(oldSelf);
      this.#run(visit, compiled, { self, oldSelf: isOptional ? optional : oldSelf });
    }
  }

  #run(visit: Visit, compiled: CompiledRule, variables: Variables): void {
    const { rule, program, problem } = compiled;
    if (problem !== undefined) {
      this.errors.push(fieldError.invalid(visit.path, typeOf(visit), `rule compile error: ${problem}`));
      return;
    }
    if (program === undefined) return;
    const outcome = spend(program, variables);
    if (outcome === undefined) {
      const limit =
        "'operation cancelled: actual cost limit exceeded': no further validation rules will be run due to call cost exceeds limit for rule";
      this.#end(visit, `${limit}: ${textOf(rule)}`);
      return;
    }
    if (outcome.cost > this.#budget) {
      this.#end(visit, outOfBudget);
      return;
    }
    this.#budget -= outcome.cost;
    if (outcome.value instanceof CelFailure) {
      const detail = describeFailure(outcome.value.message, rule);
      this.errors.push(fieldError.invalid(visit.path, typeOf(visit), detail));
    } else if (outcome.value !== true) this.#break(visit, compiled, variables);
  }

  #break(visit: Visit, compiled: CompiledRule, variables: Variables): void {
    const path = joinPath(visit.path, compiled.fieldPath);
    const message = this.#messageOf(compiled, variables);
    const error =
      message instanceof BudgetProblem
        ? fieldError.invalid(path, typeOf(visit), message.text)
        : errorFor(compiled.rule, visit, path, message);
    const isRatcheted = visit.isUnchanged && !compiled.usesOldSelf;
    (isRatcheted ? this.ratcheted : this.errors).push(error);
    if (message instanceof BudgetProblem) this.#isOver = true;
  }

  /** Kubernetes: an unusable message expression falls back to the message. */
  #messageOf({ rule, message }: CompiledRule, variables: Variables): string | BudgetProblem {
    const fallback = rule.message ? rule.message.trim() : `failed rule: ${textOf(rule)}`;
    if (message === undefined) return fallback;
    const outcome = spend(message, variables);
    if (outcome === undefined) {
      const why = 'no further validation rules will be run due to call cost exceeds limit for messageExpression';
      return new BudgetProblem(`${why}: ${JSON.stringify(rule.messageExpression)}`);
    }
    if (outcome.cost > this.#budget) {
      const why = 'messageExpression evaluation failed due to running out of cost budget';
      return new BudgetProblem(`${why}, no further validation rules will be run`);
    }
    this.#budget -= outcome.cost;
    const text = typeof outcome.value === 'string' ? outcome.value.trim() : '';
    return text === '' || text.includes('\n') || text.length > messageBytesMax ? fallback : text;
  }

  #end(visit: Visit, detail: string): void {
    this.errors.push(fieldError.invalid(visit.path, typeOf(visit), detail));
    this.#isOver = true;
  }
}

const outOfBudget = 'validation failed due to running out of cost budget, no further validation rules will be run';

/** A message that was too expensive to make. */
class BudgetProblem {
  readonly text: string;

  constructor(text: string) {
    this.text = text;
  }
}

/** Undefined when it costs more than one call may. */
function spend(program: Program, variables: Variables): Outcome | undefined {
  try {
    return program.run(variables, costPerCallMax);
  } catch (error) {
    if (error instanceof CostExceeded) return undefined;
    throw error;
  }
}

function describeFailure(problem: string, rule: JsonSchemaRule): string {
  if (!problem.startsWith('no such overload')) return `${problem} evaluating rule: ${textOf(rule)}`;
  return `'${problem}': call arguments did not match a supported operator, function or macro signature for rule: ${textOf(rule)}`;
}

function errorFor(rule: JsonSchemaRule, visit: Visit, path: string, detail: string): FieldError {
  // Kubernetes: the object itself has no path.
  const field = path === '' ? '<nil>' : path;
  // Kubernetes: objects and lists are not printed.
  const isCompound = visit.schema.type === 'object' || visit.schema.type === 'array';
  switch (rule.reason) {
    case 'FieldValueForbidden':
      return fieldError.forbidden(field, detail);
    case 'FieldValueRequired':
      return fieldError.required(field, detail);
    case 'FieldValueDuplicate':
      return isCompound
        ? { reason: 'FieldValueDuplicate', field, detail: '' }
        : fieldError.duplicate(field, visit.value);
    default:
      return isCompound
        ? { reason: 'FieldValueInvalid', field, detail }
        : fieldError.invalid(field, visit.value, detail);
  }
}

function typeOf({ schema }: Visit): string {
  return schema.type ?? '';
}

function textOf(rule: JsonSchemaRule): string {
  return rule.message ? rule.message.trim() : rule.rule.trim();
}

function joinPath(path: string, below: string): string {
  return path === '' || below === '' ? path + below : `${path}.${below}`;
}

const noMatch = (): undefined => undefined;

/** Kubernetes: only items of lists with keys have an old value. */
function matchOldItems(schema: JsonSchema, old: unknown): (item: unknown) => unknown {
  if (schema['x-kubernetes-list-type'] !== 'map') return noMatch;
  const keys = schema['x-kubernetes-list-map-keys'] ?? [];
  const keyOf = (item: unknown): string =>
    JSON.stringify(keys.map(name => (isJsonObject(item) ? (item[name] ?? null) : null)));
  const byKey = new Map((Array.isArray(old) ? old : []).map(item => [keyOf(item), item as unknown]));
  return item => byKey.get(keyOf(item));
}
