import type { CustomResourceColumnDefinition, CustomResourceDefinitionVersion } from '../../api/generated/index.ts';
import { schemaOf } from '../../api/generated/schemas.ts';
import { type FieldError, fieldError, type JsonSchema, validateCrdSchema } from '../../machinery/index.ts';
import { parseJsonPath } from './json-path.ts';

const columnTypes = ['boolean', 'date', 'integer', 'number', 'string'];
const columnFormats = ['byte', 'date', 'date-time', 'double', 'float', 'int32', 'int64', 'password'];
const maxSelectableFields = 8;

/** Kubernetes: `validateCustomResourceDefinitionVersion`. */
export function validateCrdVersion(version: CustomResourceDefinitionVersion, path: string): readonly FieldError[] {
  const errors: FieldError[] = [...checkDeprecation(version, `${path}.deprecationWarning`)];
  const schema = version.schema?.openAPIV3Schema as JsonSchema | undefined;
  if (schema !== undefined) {
    errors.push(
      ...validateCrdSchema(schema, `${path}.schema.openAPIV3Schema`, {
        hasStatusSubresource: version.subresources?.status !== undefined,
        implicit: { objectMeta: schemaOf('io.k8s.apimachinery.pkg.apis.meta.v1.ObjectMeta') },
      }),
    );
  }
  errors.push(...checkScale(version, `${path}.subresources.scale`));
  for (const [index, column] of (version.additionalPrinterColumns ?? []).entries()) {
    errors.push(...checkColumn(column, `${path}.additionalPrinterColumns[${index}]`));
  }
  return [...errors, ...checkSelectableFields(version, `${path}.selectableFields`)];
}

function checkDeprecation(version: CustomResourceDefinitionVersion, field: string): readonly FieldError[] {
  const { deprecated, deprecationWarning: warning } = version;
  if (warning === undefined) return [];
  if (deprecated !== true) return [fieldError.invalid(field, warning, 'can only be set for deprecated versions')];
  if (warning.length > 256) return [fieldError.invalid(field, warning, 'must be <= 256 characters long')];
  return warning === '' ? [fieldError.invalid(field, warning, 'must not be an empty string')] : [];
}

const simplePath = /^(\.[A-Za-z_][\w-]*|\['[^']+'\])+$/;

/** Kubernetes: the paths of a scale are plain ones below spec and status. */
function checkScale(version: CustomResourceDefinitionVersion, path: string): readonly FieldError[] {
  const scale = version.subresources?.scale;
  if (scale === undefined) return [];
  const errors: FieldError[] = [];
  const check = (name: string, value: string | undefined, roots: readonly string[]): void => {
    if (value === undefined || value === '') errors.push(fieldError.required(`${path}.${name}`));
    else if (!simplePath.test(value)) {
      errors.push(fieldError.invalid(`${path}.${name}`, value, 'must be a simple JSONPath with a leading dot'));
    } else if (!roots.some(root => value.startsWith(root))) {
      const text = `should be a json path under ${roots.map(root => root.slice(0, -1)).join(' or ')}`;
      errors.push(fieldError.invalid(`${path}.${name}`, value, text));
    }
  };
  check('specReplicasPath', scale.specReplicasPath, ['.spec.']);
  check('statusReplicasPath', scale.statusReplicasPath, ['.status.']);
  if (scale.labelSelectorPath !== undefined)
    check('labelSelectorPath', scale.labelSelectorPath, ['.spec.', '.status.']);
  return errors;
}

function checkColumn(column: CustomResourceColumnDefinition, path: string): readonly FieldError[] {
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
  else if (parseJsonPath(jsonPath) === undefined) {
    errors.push(fieldError.invalid(`${path}.JSONPath`, jsonPath, 'is an invalid path'));
  }
  return errors;
}

function checkSelectableFields(version: CustomResourceDefinitionVersion, path: string): readonly FieldError[] {
  const fields = version.selectableFields ?? [];
  const errors: FieldError[] = [];
  const seen = new Set<string>();
  for (const [index, { jsonPath }] of fields.entries()) {
    const field = `${path}[${index}].jsonPath`;
    if (!jsonPath) errors.push(fieldError.required(field));
    else if (!simplePath.test(jsonPath)) errors.push(fieldError.invalid(field, jsonPath, 'is an invalid path'));
    else if (jsonPath.startsWith('.metadata')) {
      errors.push(fieldError.invalid(field, jsonPath, 'must not point to fields in metadata'));
    } else if (seen.has(jsonPath)) errors.push(fieldError.duplicate(field, jsonPath));
    seen.add(jsonPath);
  }
  if (fields.length > maxSelectableFields) errors.push(fieldError.tooMany(path, fields.length, maxSelectableFields));
  return errors;
}
