import { type FieldError, fieldError } from '../field-error.ts';
import { isDeepEqual, isJsonObject } from '../json/index.ts';
import { pruneUnknown } from './check-structure.ts';
import { compileCrdSchema, type ImplicitSchemas } from './compile-crd-schema.ts';
import { checkListKeys, checkListType, checkMapType } from './crd-list-rules.ts';
import { validateEmbeddedObjects } from './embedded-objects.ts';
import { internalSchema } from './internal-schema.ts';
import { isSchemaList, itemsOf, type JsonSchema, type JsonSchemaRule } from './json-schema.ts';
import type { RuleCheckContext, RuleChecks } from './rule-checks.ts';
import { readRuleFieldPath } from './rule-field-path.ts';
import { validateStructuralSchema } from './structural-schema.ts';
import { validateValue } from './validate-value.ts';

const types = ['array', 'boolean', 'integer', 'number', 'object', 'string'];
const reasons = ['FieldValueDuplicate', 'FieldValueForbidden', 'FieldValueInvalid', 'FieldValueRequired'];
const metaFields = new Set(['metadata', 'kind', 'apiVersion']);
/** Kubernetes: Go's names of the fields that may stand at the root, in the order in which the message lists them. */
const allowedAtRoot: readonly (readonly [string, string])[] = [
  ['Description', 'description'],
  ['Type', 'type'],
  ['Format', 'format'],
  ['Title', 'title'],
  ['Maximum', 'maximum'],
  ['ExclusiveMaximum', 'exclusiveMaximum'],
  ['Minimum', 'minimum'],
  ['ExclusiveMinimum', 'exclusiveMinimum'],
  ['MaxLength', 'maxLength'],
  ['MinLength', 'minLength'],
  ['Pattern', 'pattern'],
  ['MaxItems', 'maxItems'],
  ['MinItems', 'minItems'],
  ['UniqueItems', 'uniqueItems'],
  ['MultipleOf', 'multipleOf'],
  ['Required', 'required'],
  ['Items', 'items'],
  ['Properties', 'properties'],
  ['ExternalDocs', 'externalDocs'],
  ['Example', 'example'],
  ['XPreserveUnknownFields', 'x-kubernetes-preserve-unknown-fields'],
  ['XValidations', 'x-kubernetes-validations'],
];

/** Where in a CRD's schema a check stands. */
interface Place {
  readonly isRoot: boolean;
  readonly insideMetadata: boolean;
  /** Why no default may stand here. */
  readonly forbidsDefaults?: string | undefined;
  /** Absent where rules are not judged: within junctors, and in schemas that are wrong otherwise. */
  readonly rules?: RulePlace | undefined;
}

interface RulePlace extends RuleCheckContext {
  readonly checks: RuleChecks;
  /** What has been found wrong with rules, told after all else. */
  readonly errors: FieldError[];
}

export interface CrdSchemaOptions {
  readonly hasStatusSubresource: boolean;
  readonly implicit: ImplicitSchemas;
  /** The old CRD has the same schema for the version: then what has become too costly is let be. */
  readonly isUnchanged?: boolean | undefined;
  /** Judges rules; without it they are only looked at as texts. */
  readonly rules?: RuleChecks | undefined;
}

/**
 * Everything upstream checks of a CRD version's `openAPIV3Schema`; its rules are `rules`' to judge, once all else is right.
 * `path` is that of the schema: `spec.versions[0].schema.openAPIV3Schema`.
 * Kubernetes: `validateCustomResourceDefinitionValidation`.
 */
export function validateCrdSchema(schema: JsonSchema, path: string, options: CrdSchemaOptions): readonly FieldError[] {
  const errors: FieldError[] = [];
  if (options.hasStatusSubresource) checkRootFields(schema, path, errors);
  if (schema.nullable === true)
    errors.push(fieldError.forbidden(`${path}.nullable`, 'nullable cannot be true at the root'));
  const unsupported = findUnsupported(schema);
  const structural = unsupported === undefined ? validateStructuralSchema(schema, path) : [];
  errors.push(...structural);
  const isSound = unsupported === undefined && structural.length === 0;
  const beforeDefaults = errors.length;
  if (isSound) checkDefaults(schema, path, options, errors, true);
  const rules = isSound && errors.length === beforeDefaults ? options.rules : undefined;
  const ofRules: FieldError[] = [];
  const place: Place = {
    isRoot: true,
    insideMetadata: false,
    rules: rules === undefined ? undefined : { checks: rules, errors: ofRules, ...rootContext(options) },
  };
  checkSchema(schema, path, place, errors);
  const all = [...errors, ...ofRules, ...(rules?.checkTotal(path) ?? [])];
  // Kubernetes: told only when nothing else is.
  return all.length === 0 && unsupported !== undefined ? [fieldError.invalid(path, '', unsupported)] : all;
}

function rootContext({ isUnchanged = false }: CrdSchemaOptions): RuleCheckContext {
  return { isResource: true, count: 1, uncorrelatable: undefined, isUnchanged };
}

/** Kubernetes: what `NewStructural` cannot read at all. */
function findUnsupported(schema: JsonSchema): string | undefined {
  if (schema.id) return "OpenAPIV3Schema 'id' is not supported";
  if (schema.$schema) return "OpenAPIV3Schema 'schema' is not supported";
  if (schema.$ref) return "OpenAPIV3Schema '$ref' is not supported";
  if (Object.keys(schema.patternProperties ?? {}).length > 0) {
    return "OpenAPIV3Schema 'patternProperties' is not supported";
  }
  if (Object.keys(schema.dependencies ?? {}).length > 0) return "OpenAPIV3Schema 'dependencies' is not supported";
  if (schema.additionalItems !== undefined) return "OpenAPIV3Schema 'additionalItems' is not supported";
  if (Object.keys(schema.definitions ?? {}).length > 0) return "OpenAPIV3Schema 'definitions' is not supported";
  if (schema['x-kubernetes-preserve-unknown-fields'] === false) {
    return "internal error: 'x-kubernetes-preserve-unknown-fields' must be true or undefined";
  }
  if (isSchemaList(schema.items)) return "OpenAPIV3Schema 'items' must be a schema, but is an array";
  for (const [, child] of childrenOf(schema, '', { isRoot: false, insideMetadata: false })) {
    const found = findUnsupported(child);
    if (found !== undefined) return found;
  }
  return undefined;
}

/** Kubernetes: so that the status can be validated alone, the root may hold nothing that spans spec and status. */
function checkRootFields(schema: JsonSchema, path: string, errors: FieldError[]): void {
  if (schema.type !== undefined && schema.type !== 'object') {
    const detail =
      'only "object" is allowed as the type at the root of the schema if the status subresource is enabled';
    errors.push(fieldError.invalid(`${path}.type`, schema.type, detail));
    return;
  }
  const allowed = new Set(allowedAtRoot.map(([, name]) => name));
  if (Object.entries(schema).every(([name, value]) => isZero(value) || allowed.has(name))) return;
  const names = allowedAtRoot.map(([name]) => name).join(' ');
  const detail = `only [${names}] fields are allowed at the root of the schema if the status subresource is enabled`;
  errors.push(fieldError.invalid(path, internalSchema(schema), detail));
}

function isZero(value: unknown): boolean {
  return value === undefined || value === false || value === '' || (Array.isArray(value) && value.length === 0);
}

function checkSchema(schema: JsonSchema, path: string, place: Place, errors: FieldError[]): void {
  const before = errors.length;
  checkKeywords(schema, path, place, errors);
  checkMapShape(schema, path, errors);
  for (const [childPath, child, childPlace] of childrenOf(schema, path, place)) {
    checkSchema(child, childPath, childPlace, errors);
  }
  if (schema['x-kubernetes-preserve-unknown-fields'] === false) {
    const field = `${path}.x-kubernetes-preserve-unknown-fields`;
    errors.push(fieldError.invalid(field, false, 'must be true or undefined'));
  }
  checkMapType(schema, path, errors);
  checkListType(schema, path, errors);
  checkListKeys(schema, path, errors);
  for (const [index, rule] of (schema['x-kubernetes-validations'] ?? []).entries()) {
    checkRuleText(rule, schema, `${path}.x-kubernetes-validations[${index}]`, errors);
  }
  // Kubernetes: a rule over a schema that is wrong would be told of things that go with the schema.
  const { rules } = place;
  if (rules !== undefined && errors.length === before) {
    rules.errors.push(...rules.checks.checkNode(schema, path, rules));
  }
}

/** What rules know of the values below a schema. */
function contextBelow(
  rules: RulePlace | undefined,
  schema: JsonSchema,
  child: JsonSchema,
  path: string,
  isItem: boolean,
): RulePlace | undefined {
  if (rules === undefined) return undefined;
  const factor = elementsMax(schema);
  const isMatched = !isItem || schema['x-kubernetes-list-type'] === 'map';
  return {
    ...rules,
    isResource: child['x-kubernetes-embedded-resource'] === true,
    count: rules.count === undefined || factor === undefined ? undefined : rules.count * factor,
    uncorrelatable: rules.uncorrelatable ?? (isMatched ? undefined : path),
  };
}

/** How many values below one value there can be; undefined for any number. Kubernetes: `extractMaxElements`. */
function elementsMax(schema: JsonSchema): number | undefined {
  if (schema.type === 'object' && schema.additionalProperties !== undefined) return positive(schema.maxProperties);
  return schema.type === 'array' ? positive(schema.maxItems) : 1;
}

function positive(limit: number | undefined): number | undefined {
  return limit === undefined ? undefined : Math.max(limit, 0);
}

const unsupported: readonly (readonly [keyof JsonSchema, string])[] = [
  ['id', 'id is not supported'],
  ['additionalItems', 'additionalItems is not supported'],
  ['patternProperties', 'patternProperties is not supported'],
  ['definitions', 'definitions is not supported'],
  ['dependencies', 'dependencies is not supported'],
  ['$ref', '$ref is not supported'],
];

function checkKeywords(schema: JsonSchema, path: string, place: Place, errors: FieldError[]): void {
  if (schema.type !== undefined && schema.type !== '' && !types.includes(schema.type)) {
    errors.push(fieldError.notSupported(`${path}.type`, schema.type, types));
  }
  if (schema.default !== undefined && place.forbidsDefaults !== undefined) {
    errors.push(fieldError.forbidden(`${path}.default`, `must not be set ${place.forbidsDefaults}`));
  }
  for (const [name, detail] of unsupported) {
    if (schema[name] !== undefined) errors.push(fieldError.forbidden(`${path}.${name}`, detail));
  }
  if (schema.type === 'null') {
    const detail = 'type cannot be set to null, use nullable as an alternative';
    errors.push(fieldError.forbidden(`${path}.type`, detail));
  }
  if (isSchemaList(schema.items)) {
    errors.push(fieldError.forbidden(`${path}.items`, 'items must be a schema object and not an array'));
  }
  if (place.insideMetadata && schema['x-kubernetes-embedded-resource'] === true) {
    const field = `${path}.x-kubernetes-embedded-resource`;
    errors.push(fieldError.forbidden(field, 'must not be used inside of resource meta'));
  }
  if (schema.uniqueItems === true) {
    const detail = 'uniqueItems cannot be set to true since the runtime complexity becomes quadratic';
    errors.push(fieldError.forbidden(`${path}.uniqueItems`, detail));
  }
}

function checkMapShape(schema: JsonSchema, path: string, errors: FieldError[]): void {
  const { additionalProperties } = schema;
  if (additionalProperties === undefined) return;
  if (Object.keys(schema.properties ?? {}).length > 0 && additionalProperties !== true) {
    const detail = 'additionalProperties and properties are mutual exclusive';
    errors.push(fieldError.forbidden(`${path}.additionalProperties`, detail));
  }
}

function* childrenOf(
  schema: JsonSchema,
  path: string,
  place: Place,
): IterableIterator<readonly [string, JsonSchema, Place]> {
  const { rules } = place;
  const inner: Place = { ...place, isRoot: false, rules: undefined };
  const { additionalProperties } = schema;
  if (typeof additionalProperties === 'object') {
    const below = contextBelow(rules, schema, additionalProperties, path, false);
    yield [`${path}.additionalProperties`, additionalProperties, { ...inner, rules: below }];
  }
  const hasMetadata = place.isRoot || schema['x-kubernetes-embedded-resource'] === true;
  for (const [name, child] of Object.entries(schema.properties ?? {})) {
    const isMeta = hasMetadata && metaFields.has(name);
    const forbidsDefaults = isMeta && place.isRoot ? `in top-level ${name}` : place.forbidsDefaults;
    const childPlace: Place = {
      isRoot: false,
      insideMetadata: place.insideMetadata || isMeta,
      forbidsDefaults,
      rules: contextBelow(rules, schema, child, path, false),
    };
    yield [`${path}.properties[${name}]`, child, childPlace];
  }
  if (schema.not !== undefined) yield [`${path}.not`, schema.not, inner];
  for (const junctor of ['allOf', 'oneOf', 'anyOf'] as const) {
    for (const [index, child] of (schema[junctor] ?? []).entries())
      yield [`${path}.${junctor}[${index}]`, child, inner];
  }
  const items = itemsOf(schema);
  if (items === undefined) return;
  yield [`${path}.items`, items, { ...inner, rules: contextBelow(rules, schema, items, path, true) }];
}

const lineBreak = /[\r\n]/;

function checkRuleText(rule: JsonSchemaRule, schema: JsonSchema, path: string, errors: FieldError[]): void {
  const text = ((rule.rule as string | undefined) ?? '').trim();
  const message = rule.message?.trim() ?? '';
  if (text === '') errors.push(fieldError.required(`${path}.rule`, 'rule is not specified'));
  else if (rule.message !== undefined && rule.message !== '' && message === '') {
    errors.push(fieldError.invalid(`${path}.message`, rule.message, 'must be non-empty if specified'));
  } else if (lineBreak.test(message)) {
    errors.push(fieldError.invalid(`${path}.message`, rule.message, 'must not contain line breaks'));
  } else if (lineBreak.test(text) && message === '') {
    errors.push(fieldError.required(`${path}.message`, 'message must be specified if rule contains line breaks'));
  }
  if (rule.messageExpression !== undefined && rule.messageExpression !== '' && rule.messageExpression.trim() === '') {
    errors.push(fieldError.required(`${path}.messageExpression`, 'messageExpression must be non-empty if specified'));
  }
  if (rule.reason !== undefined && !reasons.includes(rule.reason)) {
    errors.push(fieldError.notSupported(`${path}.reason`, rule.reason, reasons));
  }
  if (rule.fieldPath !== undefined && rule.fieldPath !== '' && rule.fieldPath.trim() === '') {
    errors.push(fieldError.invalid(`${path}.fieldPath`, rule.fieldPath, 'must be non-empty if specified'));
  }
  if (rule.fieldPath !== undefined && lineBreak.test(rule.fieldPath)) {
    errors.push(fieldError.invalid(`${path}.fieldPath`, rule.fieldPath, 'must not contain line breaks'));
  }
  if (rule.fieldPath && findUnsupported(schema) === undefined) {
    if (readRuleFieldPath(rule.fieldPath, schema).problem !== undefined) {
      errors.push(fieldError.invalid(`${path}.fieldPath`, rule.fieldPath, 'must be a valid path'));
    }
  }
}

/** Defaults must be complete: known fields only, and valid. */
function checkDefaults(
  schema: JsonSchema,
  path: string,
  options: CrdSchemaOptions,
  errors: FieldError[],
  isRoot = false,
): void {
  if (schema.default !== undefined && schema.default !== null) {
    checkDefault(schema, `${path}.default`, options, errors, isRoot);
  }
  for (const [childPath, child] of childrenOf(schema, path, { isRoot: false, insideMetadata: false })) {
    const isJunctor = /\.(?:not|(?:allOf|anyOf|oneOf)\[\d+\])$/.test(childPath);
    if (!isJunctor) checkDefaults(child, childPath, options, errors);
  }
}

function checkDefault(
  schema: JsonSchema,
  field: string,
  { implicit, rules }: CrdSchemaOptions,
  errors: FieldError[],
  isRoot: boolean,
): void {
  if (hasUnknown(schema, implicit)) {
    errors.push(fieldError.invalid(field, schema.default, 'must not have unknown fields'));
  }
  const ofObjects = validateEmbeddedObjects(schema, schema.default, field, isRoot);
  errors.push(...ofObjects);
  if (ofObjects.length > 0) return;
  const ofValue = validateValue(schema, schema.default);
  for (const error of ofValue) {
    errors.push({ ...error, field: error.field === '' ? field : `${field}.${error.field}` });
  }
  if (ofValue.length === 0) errors.push(...(rules?.checkDefault(schema, field, isRoot) ?? []));
}

/** A default is pruned as the value of a field. */
function hasUnknown(schema: JsonSchema, implicit: ImplicitSchemas): boolean {
  const holder = compileCrdSchema({ type: 'object', properties: { value: schema } }, implicit);
  const value = isJsonObject(schema.default) || Array.isArray(schema.default) ? schema.default : undefined;
  if (value === undefined) return false;
  return !isDeepEqual(pruneUnknown(holder, { value }), { value });
}
