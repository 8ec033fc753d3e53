import type { RequestOptions } from '../../client/index.ts';
import {
  FieldMatcher,
  type LabelMatcher,
  parseFieldSelector,
  parseLabelSelector,
  statusError,
  type UnknownObject,
} from '../../machinery/index.ts';
import type { Selection } from '../../storage/index.ts';
import type { Endpoint } from '../resources/endpoint.ts';

const nameField = 'metadata.name';
const namespaceField = 'metadata.namespace';

/** Which objects a list, watch or deletion of many is about. Throws the 400 of a selector that cannot be. */
export function selectionOf(endpoint: Endpoint, requested: string | undefined, options: RequestOptions): Selection {
  const { labelSelector, fieldSelector } = options;
  const namespace = endpoint.namespaceOf(requested) || undefined;
  if (!labelSelector && !fieldSelector) return { namespace };
  const labels = labelSelector ? readLabels(labelSelector) : undefined;
  const fields = fieldSelector ? readFields(endpoint, fieldSelector) : undefined;
  const name = fields?.requiredValue(nameField);
  const within = fields?.requiredValue(namespaceField);
  const indexed = indexedTerm(endpoint, fields);
  return {
    namespace: namespace ?? (within === '' ? undefined : within),
    name,
    equals: indexed,
    matches: matcherOf(endpoint, labels, fields),
  };
}

function readLabels(text: string): LabelMatcher {
  const parsed = parseLabelSelector(text);
  if (parsed.value === undefined) throw statusError.badRequest(parsed.problem);
  return parsed.value;
}

/** The selector in the storage version's names. */
function readFields(endpoint: Endpoint, text: string): FieldMatcher {
  const parsed = parseFieldSelector(text);
  if (parsed.value === undefined) throw statusError.badRequest(parsed.problem);
  const { fieldLabels } = endpoint.version;
  for (const { field } of parsed.value.requirements) checkField(endpoint, field);
  if (fieldLabels === undefined) return parsed.value;
  return new FieldMatcher(
    parsed.value.requirements.map(each => ({ ...each, field: fieldLabels[each.field] ?? each.field })),
  );
}

function checkField({ rules, version }: Endpoint, field: string): void {
  if (field === nameField || field === namespaceField) return;
  const selectable: Readonly<Record<string, unknown>> | undefined = version.fieldLabels ?? rules.selectableFields;
  if (selectable?.[field] !== undefined) return;
  throw statusError.badRequest(
    selectable === undefined
      ? `"${field}" is not a known field selector: only "${nameField}", "${namespaceField}"`
      : `field label not supported: ${field}`,
  );
}

function indexedTerm(endpoint: Endpoint, fields: FieldMatcher | undefined): Selection['equals'] {
  for (const field of endpoint.rules.indexedFields ?? []) {
    const value = fields?.requiredValue(field);
    if (value !== undefined) return { field, value };
  }
  return undefined;
}

function matcherOf(
  endpoint: Endpoint,
  labels: LabelMatcher | undefined,
  fields: FieldMatcher | undefined,
): Selection['matches'] {
  const readers = endpoint.rules.selectableFields;
  if (labels === undefined && fields === undefined) return undefined;
  return (object: UnknownObject) =>
    (labels === undefined || labels.matches(object.metadata.labels)) &&
    (fields === undefined || fields.matches(field => readField(object, field, readers)));
}

function readField(
  object: UnknownObject,
  field: string,
  readers: Readonly<Record<string, (object: UnknownObject) => string>> | undefined,
): string {
  if (field === nameField) return object.metadata.name ?? '';
  if (field === namespaceField) return object.metadata.namespace ?? '';
  return readers?.[field]?.(object) ?? '';
}
