import type { KubeObject } from '../object.ts';
import type { Schema } from '../schema/schema.ts';
import { type Changes, compareObjects } from './compare-objects.ts';
import { emptyFieldSet, type FieldSet, subtractSubtrees } from './field-set.ts';
import { listNewFields } from './list-new-fields.ts';
import { chooseEntries, systemFields, type Writer, withManagedFields } from './managed-fields.ts';
import { recordChanges } from './record-changes.ts';

/** An object as another version of its kind shows it; undefined when that version is not served. */
export type AtVersion = (object: KubeObject, apiVersion: string) => { object: KubeObject; schema: Schema } | undefined;

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
  const changes = compareFor(options, options.schema, live, updated);
  const { atVersion } = options;
  if (atVersion === undefined) {
    return withManagedFields(updated, recordChanges(entries, changes, options, options.now));
  }
  const changesAt = compareInVersions(options, atVersion);
  return withManagedFields(updated, recordChanges(entries, changes, options, options.now, changesAt));
}

function compareFor(
  options: Pick<TrackUpdateOptions<KubeObject>, 'resetFields'>,
  schema: Schema,
  live: KubeObject | undefined,
  updated: KubeObject,
): Changes {
  const changes =
    live === undefined
      ? { written: listNewFields(schema, updated, systemFields), removed: emptyFieldSet }
      : compareObjects(schema, live, updated, systemFields);
  const { resetFields } = options;
  if (resetFields === undefined) return changes;
  return {
    written: subtractSubtrees(changes.written, resetFields),
    removed: subtractSubtrees(changes.removed, resetFields),
  };
}

function compareInVersions(
  options: TrackUpdateOptions<KubeObject>,
  atVersion: AtVersion,
): (apiVersion: string) => Changes | undefined {
  const known = new Map<string, Changes | undefined>();
  return apiVersion => {
    if (known.has(apiVersion)) return known.get(apiVersion);
    const after = atVersion(options.updated, apiVersion);
    const before = options.live === undefined ? undefined : atVersion(options.live, apiVersion);
    const changes =
      after === undefined || (options.live !== undefined && before === undefined)
        ? undefined
        : compareFor(options, after.schema, before?.object, after.object);
    known.set(apiVersion, changes);
    return changes;
  };
}
