import type { CustomResourceColumnDefinition } from '../../api/generated/index.ts';
import type { Column } from '../../api/index.ts';
import type { KubeObject } from '../../machinery/index.ts';
import { formatDuration, parseTime } from '../../world/index.ts';
import { findByPath, type JsonPath, parseJsonPath } from './json-path.ts';

const nameColumn: Column = {
  name: 'Name',
  type: 'string',
  format: 'name',
  description:
    'Name must be unique within a namespace. Is required when creating resources, although some resources may allow a client to request the generation of an appropriate name automatically. Name is primarily intended for creation idempotence and configuration definition. Cannot be updated. More info: https://kubernetes.io/docs/concepts/overview/working-with-objects/names#names',
  priority: 0,
  value: object => object.metadata.name ?? '',
};

const ageColumn: CustomResourceColumnDefinition = {
  name: 'Age',
  type: 'date',
  description:
    'CreationTimestamp is a timestamp representing the server time when this object was created. It is not guaranteed to be set in happens-before order across separate operations.',
  jsonPath: '.metadata.creationTimestamp',
};

/** The columns of a CRD's version: the name, then its additionalPrinterColumns, or the age where it has none. */
export function customColumns(definitions: readonly CustomResourceColumnDefinition[] | undefined): readonly Column[] {
  const wanted = definitions === undefined || definitions.length === 0 ? [ageColumn] : definitions;
  return [nameColumn, ...wanted.map(columnOf)];
}

function columnOf(definition: CustomResourceColumnDefinition): Column {
  const { name, type, jsonPath, description = '', format, priority = 0 } = definition;
  const path = parseJsonPath(jsonPath) ?? [];
  return {
    name,
    type: type as Column['type'],
    format,
    description:
      description === '' ? `Custom resource definition column (in JSONPath format): ${jsonPath}` : description,
    priority,
    value: (object, nowMs) => cell(type, path, object, nowMs),
  };
}

/** Kubernetes: the first result; null for what is not there or of another type. */
function cell(type: string, path: JsonPath, object: KubeObject, nowMs: number): string | number | boolean | null {
  const [value] = findByPath(path, object);
  if (value === undefined || value === null) return null;
  switch (type) {
    case 'string':
      return printValue(value);
    case 'integer':
      return typeof value === 'number' ? Math.trunc(value) : null;
    case 'number':
      return typeof value === 'number' ? value : null;
    case 'boolean':
      return typeof value === 'boolean' ? value : null;
    case 'date':
      return typeof value === 'string' ? printAge(value, nowMs) : null;
    default:
      return null;
  }
}

function printValue(value: unknown): string {
  return typeof value === 'object' ? JSON.stringify(value) : String(value);
}

function printAge(time: string, nowMs: number): string {
  const at = parseTime(time);
  return Number.isNaN(at) ? '<invalid>' : formatDuration(nowMs - at);
}
