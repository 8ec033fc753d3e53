import { isJsonObject } from '../json/index.ts';
import type { KubeObject } from '../object.ts';
import type { Schema } from '../schema/schema.ts';
import { compareObjects } from './compare-objects.ts';
import { type FieldSet, subtractSet } from './field-set.ts';
import { listFields } from './list-fields.ts';

/** Where `kubectl apply` keeps what it applied last. */
export const lastAppliedAnnotation = 'kubectl.kubernetes.io/last-applied-configuration';

/**
 * The fields that client-side apply set and that still have the values it gave them; undefined when the object carries
 * no usable record of it in this version.
 */
export function fieldsOfLastApplied(schema: Schema, live: KubeObject, apiVersion: string): FieldSet | undefined {
  const text = live.metadata.annotations?.[lastAppliedAnnotation] ?? '';
  if (text === '') return undefined;
  const last = parse(text);
  if (!isJsonObject(last) || last['apiVersion'] !== apiVersion) return undefined;
  const changes = compareObjects(schema, last, live);
  return subtractSet(subtractSet(listFields(schema, last), changes.written), changes.removed);
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}

/** Kubernetes: server-side apply by kubectl keeps an existing record up to date for older kubectls. */
export function updateLastApplied(object: KubeObject, applied: KubeObject): KubeObject {
  const { annotations } = object.metadata;
  if ((annotations?.[lastAppliedAnnotation] ?? '') === '') return object;
  const { [lastAppliedAnnotation]: _, ...rest } = applied.metadata.annotations ?? {};
  const hasAnnotations = applied.metadata.annotations !== undefined;
  const record = { ...applied, metadata: { ...applied.metadata, ...(hasAnnotations ? { annotations: rest } : {}) } };
  return {
    ...object,
    metadata: {
      ...object.metadata,
      annotations: { ...annotations, [lastAppliedAnnotation]: `${JSON.stringify(record)}\n` },
    },
  };
}
