import type { KubeObject } from '../object.ts';
import type { Schema } from '../schema/schema.ts';
import type { FieldSet } from './field-set.ts';
import { chooseEntries, type Writer, withManagedFields } from './managed-fields.ts';
import { recordChanges } from './record-changes.ts';
import { type AtVersion, compareInVersions, compareWritten } from './versions.ts';

export interface TrackUpdateOptions<T extends KubeObject> extends Writer {
  readonly schema: Schema;
  /** Undefined when the object is being created. */
  readonly live: KubeObject | undefined;
  /** What will be stored, in the version of the request; its `managedFields` are the request's. */
  readonly updated: T;
  /** RFC 3339, whole seconds. */
  readonly now: string;
  /** Fields that this request cannot write (`status` of the object itself); nobody comes to own them here. */
  readonly resetFields?: FieldSet | undefined;
  /** For kinds whose served versions differ in shape: sets of other versions are compared in their own. */
  readonly atVersion?: AtVersion | undefined;
}

/**
 * The updated object with its managed fields brought up to date after a write that is not an apply: create, update,
 * patch. Returns the same instance when nothing changes hands. Kubernetes: `FieldManager.Update`.
 */
export function trackUpdate<T extends KubeObject>(options: TrackUpdateOptions<T>): T {
  const { live, updated } = options;
  const entries = chooseEntries(live, updated, options.subresource);
  // Kubernetes: an object that nobody tracks, because someone reset it, stays untracked until it is applied.
  if (entries.length === 0 && live !== undefined && (live.metadata.uid ?? '') !== '') {
    return withManagedFields(updated, undefined);
  }
  const { schema, resetFields, atVersion } = options;
  const changes = compareWritten(schema, live, updated, resetFields);
  const changesAt = atVersion && compareInVersions(atVersion, live, updated, resetFields);
  return withManagedFields(updated, recordChanges(entries, changes, options, options.now, changesAt));
}
