import type { KubeObject } from '../object.ts';
import type { Schema } from '../schema/schema.ts';
import { type Changes, compareObjects } from './compare-objects.ts';
import { emptyFieldSet, type FieldSet, subtractSubtrees } from './field-set.ts';
import { listNewFields } from './list-new-fields.ts';
import { systemFields } from './managed-fields.ts';

export interface VersionedObject {
  readonly object: KubeObject;
  readonly schema: Schema;
}

/**
 * An object of any version of its kind as another version shows it, itself in its own; undefined when the kind has no
 * such version. For kinds whose versions differ in shape: each set of managed fields names the fields of its own version.
 */
export type AtVersion = (object: KubeObject, apiVersion: string) => VersionedObject | undefined;

/** What changed as seen in another version; undefined when the kind has no such version any more. */
export type ChangesAt = (apiVersion: string) => Changes | undefined;

/** What a write changes, without what its path cannot write (`resetFields`). `live` is undefined for a new object. */
export function compareWritten(
  schema: Schema,
  live: KubeObject | undefined,
  updated: KubeObject,
  resetFields: FieldSet | undefined,
): Changes {
  const changes =
    live === undefined
      ? { written: listNewFields(schema, updated, systemFields), removed: emptyFieldSet }
      : compareObjects(schema, live, updated, systemFields);
  if (resetFields === undefined) return changes;
  return {
    written: subtractSubtrees(changes.written, resetFields),
    removed: subtractSubtrees(changes.removed, resetFields),
  };
}

/** The same in each version that is asked for, once. */
export function compareInVersions(
  atVersion: AtVersion,
  live: KubeObject | undefined,
  updated: KubeObject,
  resetFields: FieldSet | undefined,
): ChangesAt {
  const compare = (apiVersion: string): Changes | undefined => {
    const after = atVersion(updated, apiVersion);
    const before = live === undefined ? undefined : atVersion(live, apiVersion);
    if (after === undefined || (live !== undefined && before === undefined)) return undefined;
    return compareWritten(after.schema, before?.object, after.object, resetFields);
  };
  const known = new Map<string, Changes | undefined>();
  return apiVersion => {
    if (!known.has(apiVersion)) known.set(apiVersion, compare(apiVersion));
    return known.get(apiVersion);
  };
}
