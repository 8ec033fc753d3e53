import type { CustomResourceDefinition } from '../../api/generated/index.ts';
import { isJsonObject, isKnownFormat, type JsonSchema } from '../../machinery/index.ts';

const numberFormats: ReadonlySet<string> = new Set(['int32', 'int64', 'float', 'double']);

/** Warnings of formats that nobody checks, as far as they are new. */
export function warnOfFormats(
  crd: CustomResourceDefinition,
  old: CustomResourceDefinition | undefined,
): readonly string[] {
  const known = old === undefined ? new Set() : unknownFormats(old);
  return [...unknownFormats(crd)]
    .filter(format => !known.has(format))
    .map(format => `unrecognized format ${JSON.stringify(format)}`);
}

function unknownFormats({ spec }: CustomResourceDefinition): Set<string> {
  const found = new Set<string>();
  for (const { schema } of spec.versions ?? []) collect(schema?.openAPIV3Schema as JsonSchema | undefined, found);
  return found;
}

function collect(schema: unknown, found: Set<string>): void {
  if (!isJsonObject(schema)) return;
  const { format, properties, items, additionalProperties } = schema as JsonSchema;
  if (typeof format === 'string' && format !== '' && !numberFormats.has(format) && !isKnownFormat(format)) {
    found.add(format);
  }
  for (const part of Object.values(properties ?? {})) collect(part, found);
  collect(items, found);
  collect(additionalProperties, found);
}
