import { Optional } from '@marcbachmann/cel-js';
import { type FieldError, fieldError } from '../field-error.ts';
import { isDeepEqual, isJsonObject } from '../json/index.ts';
import type { ListSchema, Schema, ValidationRule } from '../schema/schema.ts';
import { toCelValue } from './cel-value.ts';
import { type CompiledRule, RuleCompiler } from './compiled-rule.ts';

/** A value with the one it replaces, on the way down. */
interface Visit {
  readonly schema: Schema;
  readonly value: unknown;
  /** Undefined on create, and where old and new cannot be matched. */
  readonly old: unknown;
  readonly path: string;
}

/** What the way down carries: where errors go, and whether this is an update. */
interface Run {
  readonly errors: FieldError[];
  readonly isUpdate: boolean;
}

/**
 * Runs the `x-kubernetes-validations` of a CRD's schema. Kubernetes: the CEL validator of CustomResources, without its cost
 * budget.
 */
export class RuleValidator {
  readonly #compiler = new RuleCompiler();

  /** Errors of an object against all rules of its schema; `old` is the object it replaces. */
  validate(schema: Schema, value: unknown, old?: unknown): readonly FieldError[] {
    const run: Run = { errors: [], isUpdate: old !== undefined };
    if (hasRules(schema)) this.#visit({ schema, value, old, path: '' }, run);
    return run.errors;
  }

  /**
   * Whether the rules of a CRD's schema compile. `path` is the schema's: `spec.versions[0].schema.openAPIV3Schema`.
   * Differs from Kubernetes: the compiler's words are another's.
   */
  checkRules(schema: Schema, path: string): readonly FieldError[] {
    const errors: FieldError[] = [];
    this.#checkNode(schema, path, undefined, errors);
    return errors;
  }

  #visit(visit: Visit, run: Run): void {
    const { schema, value, old } = visit;
    if (value === null || value === undefined || !hasRules(schema)) return;
    // Kubernetes: what an update does not touch may break rules that came later (ratcheting).
    const isUnchanged = run.isUpdate && old !== undefined && isDeepEqual(value, old);
    this.#runRules(visit, isUnchanged, run);
    for (const child of childrenOf(visit)) this.#visit(child, run);
  }

  #runRules({ schema, value, old, path }: Visit, isUnchanged: boolean, run: Run): void {
    const rules = this.#compiler.compile(schema);
    if (rules.length === 0) return;
    const read = (text: string): unknown => this.#compiler.readDuration(text);
    const self = toCelValue(schema, value, read);
    const oldSelf = old === undefined || old === null ? undefined : toCelValue(schema, old, read);
    for (const compiled of rules) {
      const { rule, usesOldSelf } = compiled;
      if (usesOldSelf && oldSelf === undefined && rule.optionalOldSelf !== true) continue;
      if (isUnchanged && !usesOldSelf) continue;
      const optional = oldSelf === undefined ? Optional.none() : Optional.of(oldSelf);
      const error = evaluate(
        compiled,
        { self, oldSelf: rule.optionalOldSelf === true ? optional : oldSelf },
        schema,
        value,
        path,
      );
      if (error !== undefined) run.errors.push(error);
    }
  }

  #checkNode(schema: Schema, path: string, uncorrelatable: string | undefined, errors: FieldError[]): void {
    for (const [index, compiled] of this.#compiler.compile(schema).entries()) {
      checkCompiled(compiled, `${path}.x-kubernetes-validations[${index}]`, uncorrelatable, errors);
    }
    if (schema.type === 'object') {
      for (const field of schema.fields.values()) {
        if (field.schema.type === 'object' && field.schema.name !== undefined) continue;
        this.#checkNode(field.schema, `${path}.properties[${field.name}]`, uncorrelatable, errors);
      }
      if (schema.additional !== undefined) {
        this.#checkNode(schema.additional, `${path}.additionalProperties`, uncorrelatable, errors);
      }
    } else if (schema.type === 'map') {
      this.#checkNode(schema.values, `${path}.additionalProperties`, uncorrelatable, errors);
    } else if (schema.type === 'list') {
      const inside = uncorrelatable ?? (schema.listType === 'map' ? undefined : path);
      this.#checkNode(schema.items, `${path}.items`, inside, errors);
    }
  }
}

function checkCompiled(
  { rule, error, messageError, usesOldSelf }: CompiledRule,
  path: string,
  uncorrelatable: string | undefined,
  errors: FieldError[],
): void {
  if (error !== undefined) errors.push(fieldError.invalid(`${path}.rule`, rule, error));
  if (messageError !== undefined) errors.push(fieldError.invalid(`${path}.messageExpression`, rule, messageError));
  if (usesOldSelf && uncorrelatable !== undefined) {
    const detail = `oldSelf cannot be used on the uncorrelatable portion of the schema within ${uncorrelatable}`;
    errors.push(fieldError.invalid(`${path}.rule`, rule.rule, detail));
  } else if (!usesOldSelf && rule.optionalOldSelf !== undefined) {
    const detail = 'may not be set if oldSelf is not used in rule';
    errors.push(fieldError.invalid(`${path}.optionalOldSelf`, rule.optionalOldSelf, detail));
  }
}

function evaluate(
  compiled: CompiledRule,
  variables: Readonly<Record<string, unknown>>,
  schema: Schema,
  value: unknown,
  path: string,
): FieldError | undefined {
  const { rule, program } = compiled;
  const type = typeName(schema);
  if (program === undefined) return fieldError.invalid(path, type, `rule compile error: ${compiled.error}`);
  let outcome: unknown;
  try {
    outcome = program(variables);
  } catch (error) {
    return fieldError.invalid(path, type, describeFailure(error, rule));
  }
  return outcome === true ? undefined : failure(compiled, variables, schema, value, path);
}

function describeFailure(error: unknown, rule: ValidationRule): string {
  const text = (error as { summary?: string }).summary ?? (error as Error).message;
  return text.startsWith('no such overload')
    ? `'${text}': call arguments did not match a supported operator, function or macro signature for rule: ${ruleText(rule)}`
    : `${text} evaluating rule: ${ruleText(rule)}`;
}

function failure(
  compiled: CompiledRule,
  variables: Readonly<Record<string, unknown>>,
  schema: Schema,
  value: unknown,
  path: string,
): FieldError {
  const { rule } = compiled;
  const detail = evaluateMessage(compiled, variables) ?? rule.message?.trim() ?? `failed rule: ${ruleText(rule)}`;
  const field = rule.fieldPath === undefined ? path : joinPath(path, rule.fieldPath);
  const isCompound = schema.type === 'object' || schema.type === 'map' || schema.type === 'list';
  switch (rule.reason) {
    case 'FieldValueForbidden':
      return fieldError.forbidden(field, detail);
    case 'FieldValueRequired':
      return fieldError.required(field, detail);
    case 'FieldValueDuplicate':
      return isCompound ? { reason: 'FieldValueDuplicate', field, detail: '' } : fieldError.duplicate(field, value);
    default:
      // Kubernetes: objects and lists are not printed.
      return isCompound ? { reason: 'FieldValueInvalid', field, detail } : fieldError.invalid(field, value, detail);
  }
}

/** Kubernetes: an unusable message expression falls back to the message. */
function evaluateMessage({ message }: CompiledRule, variables: Readonly<Record<string, unknown>>): string | undefined {
  if (message === undefined) return undefined;
  try {
    const text = message(variables);
    const trimmed = typeof text === 'string' ? text.trim() : '';
    return trimmed === '' || trimmed.includes('\n') || trimmed.length > 5120 ? undefined : trimmed;
  } catch {
    return undefined;
  }
}

function ruleText(rule: ValidationRule): string {
  return rule.message !== undefined && rule.message !== '' ? rule.message.trim() : rule.rule.trim();
}

/** `.spec.a` and `['a']`, as rules write field paths, below `path`. */
function joinPath(path: string, fieldPath: string): string {
  const below = fieldPath
    .trim()
    .replace(/\['((?:\\.|[^'\\])*)'\]/g, '.$1')
    .replace(/^\./, '');
  return path === '' ? below : `${path}.${below}`;
}

function typeName(schema: Schema): string {
  switch (schema.type) {
    case 'map':
      return 'object';
    case 'list':
      return 'array';
    case 'any':
    case 'int-or-string':
      return '';
    default:
      return schema.type;
  }
}

function* childrenOf({ schema, value, old, path }: Visit): IterableIterator<Visit> {
  if (schema.type === 'list' && Array.isArray(value)) {
    const find = matchOldItems(schema, old);
    for (const [index, item] of value.entries()) {
      yield { schema: schema.items, value: item, old: find(item), path: `${path}[${index}]` };
    }
  } else if (schema.type === 'map' && isJsonObject(value)) {
    const before = isJsonObject(old) ? old : {};
    for (const key in value) {
      yield { schema: schema.values, value: value[key], old: before[key], path: `${path}[${key}]` };
    }
  } else if (schema.type === 'object' && isJsonObject(value)) {
    const before = isJsonObject(old) ? old : {};
    for (const key in value) {
      const child = schema.fields.get(key)?.schema ?? schema.additional;
      const childPath = path === '' ? key : `${path}.${key}`;
      if (child !== undefined) yield { schema: child, value: value[key], old: before[key], path: childPath };
    }
  }
}

/** Kubernetes: only items of lists with keys have an old value. */
function matchOldItems(schema: ListSchema, old: unknown): (item: unknown) => unknown {
  if (schema.listType !== 'map' || !Array.isArray(old)) return () => undefined;
  const keys = schema.keys ?? [];
  const keyOf = (item: unknown): string =>
    JSON.stringify(keys.map(name => (isJsonObject(item) ? (item[name] ?? null) : null)));
  const byKey = new Map(old.map(item => [keyOf(item), item as unknown]));
  return item => byKey.get(keyOf(item));
}

/** Whether a schema or anything below has rules: most have none, and then nothing is walked. */
const withRules = new WeakMap<Schema, boolean>();

function hasRules(schema: Schema): boolean {
  const known = withRules.get(schema);
  if (known !== undefined) return known;
  withRules.set(schema, false);
  const found = findRules(schema);
  withRules.set(schema, found);
  return found;
}

function findRules(schema: Schema): boolean {
  if ('rules' in schema && schema.rules !== undefined && schema.rules.length > 0) return true;
  switch (schema.type) {
    case 'list':
      return hasRules(schema.items);
    case 'map':
      return hasRules(schema.values);
    case 'object':
      if (schema.name !== undefined) return false;
      if (schema.additional !== undefined && hasRules(schema.additional)) return true;
      return [...schema.fields.values()].some(field => hasRules(field.schema));
    default:
      return false;
  }
}
