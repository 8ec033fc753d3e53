import type {
  CustomResourceColumnDefinition,
  CustomResourceDefinitionVersion,
  CustomResourceSubresources,
  SelectableField,
} from '../../api/generated/index.ts';
import { type FieldError, fieldError, type JsonSchema, readRuleFieldPath } from '../../machinery/index.ts';

const columnTypes = ['boolean', 'date', 'integer', 'number', 'string'];
const columnFormats = ['byte', 'date', 'date-time', 'double', 'float', 'int32', 'int64', 'password'];
const selectableTypes = ['string', 'boolean', 'integer'];
const maxSelectableFields = 8;

/** Kubernetes: `validateDeprecationWarning`. */
export function validateDeprecation(
  { deprecated, deprecationWarning: warning }: CustomResourceDefinitionVersion,
  field: string,
): readonly FieldError[] {
  if (warning === undefined) return [];
  if (deprecated !== true) return [fieldError.invalid(field, warning, 'can only be set for deprecated versions')];
  const problems: string[] = [];
  if (byteLength(warning) > 256) problems.push('must be <= 256 characters long');
  if (warning === '') problems.push('must not be an empty string');
  const at = findUnprintable(warning);
  if (at !== undefined) {
    problems.push(`must only contain printable UTF-8 characters; non-printable character found at index ${at}`);
  }
  return problems.map(problem => fieldError.invalid(field, warning, problem));
}

/** Go counts bytes. */
function byteLength(text: string): number {
  let length = 0;
  for (const char of text) {
    const code = char.codePointAt(0)!;
    length += code < 0x80 ? 1 : code < 0x800 ? 2 : code < 0x10000 ? 3 : 4;
  }
  return length;
}

/** Go's `unicode.IsPrint`: letters, marks, numbers, punctuation, symbols, and of spaces the plain one. */
function findUnprintable(text: string): number | undefined {
  let at = 0;
  for (const char of text) {
    if (!/^[\p{L}\p{M}\p{N}\p{P}\p{S} ]$/u.test(char)) return at;
    at += byteLength(char);
  }
  return undefined;
}

/** Kubernetes: `ValidateCustomResourceDefinitionSubresources`. */
export function validateSubresources(
  subresources: CustomResourceSubresources | undefined,
  path: string,
): readonly FieldError[] {
  const scale = subresources?.scale;
  if (scale === undefined) return [];
  return [
    ...checkScalePath(scale.specReplicasPath, ['.spec.'], 'under .spec', `${path}.scale.specReplicasPath`, true),
    ...checkScalePath(
      scale.statusReplicasPath,
      ['.status.'],
      'under .status',
      `${path}.scale.statusReplicasPath`,
      true,
    ),
    ...checkScalePath(
      scale.labelSelectorPath,
      ['.spec.', '.status.'],
      'under either .spec or .status',
      `${path}.scale.labelSelectorPath`,
      false,
    ),
  ];
}

function checkScalePath(
  path: string | undefined,
  roots: readonly string[],
  where: string,
  field: string,
  isRequired: boolean,
): readonly FieldError[] {
  if (!path) return isRequired ? [fieldError.required(field)] : [];
  if (!path.startsWith('.')) return [notSimple(path, field)];
  if (roots.some(root => path.startsWith(root))) return [];
  return [fieldError.invalid(field, path, `should be a json path ${where}`)];
}

function notSimple(path: string, field: string): FieldError {
  return fieldError.invalid(field, path, 'must be a simple json path starting with .');
}

/** Kubernetes: `ValidateCustomResourceColumnDefinition`; what the path says beyond its first dot is not looked at. */
export function validateColumn(column: CustomResourceColumnDefinition, path: string): readonly FieldError[] {
  const { name, type, format, jsonPath } = column;
  const errors: FieldError[] = [];
  const oneOf = `must be one of ${columnTypes.join(',')}`;
  if (!name) errors.push(fieldError.required(`${path}.name`));
  if (!type) errors.push(fieldError.required(`${path}.type`, oneOf));
  else if (!columnTypes.includes(type)) errors.push(fieldError.invalid(`${path}.type`, type, oneOf));
  if (format && !columnFormats.includes(format)) {
    errors.push(fieldError.invalid(`${path}.format`, format, `must be one of ${columnFormats.join(',')}`));
  }
  if (!jsonPath) errors.push(fieldError.required(`${path}.JSONPath`));
  else if (!jsonPath.startsWith('.')) errors.push(notSimple(jsonPath, `${path}.JSONPath`));
  return errors;
}

/** Kubernetes: `ValidateCustomResourceSelectableFields`. */
export function validateSelectableFields(
  fields: readonly SelectableField[],
  schema: JsonSchema,
  path: string,
): readonly FieldError[] {
  const errors: FieldError[] = [];
  const seen = new Set<string>();
  for (const [index, { jsonPath }] of fields.entries()) {
    errors.push(...checkSelectableField(jsonPath, schema, `${path}[${index}].jsonPath`, seen));
  }
  if (seen.size > maxSelectableFields) errors.push(fieldError.tooMany(path, seen.size, maxSelectableFields));
  return errors;
}

function checkSelectableField(
  jsonPath: string | undefined,
  schema: JsonSchema,
  field: string,
  seen: Set<string>,
): readonly FieldError[] {
  if (!jsonPath) return [fieldError.required(field)];
  const found = readRuleFieldPath(jsonPath, schema, false);
  if (found.problem !== undefined) {
    return [fieldError.invalid(field, jsonPath, `is an invalid path: ${found.problem}`)];
  }
  const errors: FieldError[] = [];
  if (found.root === 'metadata') {
    errors.push(fieldError.invalid(field, jsonPath, 'must not point to fields in metadata'));
  }
  if (!selectableTypes.includes(found.schema?.type ?? '')) {
    const detail =
      'must point to a field of type string, boolean or integer. Enum string fields and strings with formats are allowed.';
    errors.push(fieldError.invalid(field, jsonPath, detail));
  }
  if (seen.has(found.path)) errors.push(fieldError.duplicate(field, jsonPath));
  seen.add(found.path);
  return errors;
}
