import type { KubeObject } from '../object.ts';
import type { Schema } from '../schema/schema.ts';
import { type FieldSet, intersectSets, subtractSet, uniteSets } from './field-set.ts';
import { listFields } from './list-fields.ts';
import { includeStructs, removeFields } from './remove-fields.ts';
import type { AtVersion, VersionedObject } from './versions.ts';

/** Fields that somebody owns, named as one version of the kind names them. */
export interface Ownership {
  readonly apiVersion: string;
  readonly fields: FieldSet;
}

export interface PruneOptions {
  /** The live object with a configuration merged into it. */
  readonly merged: KubeObject;
  readonly schema: Schema;
  /** Of `merged`, and of what comes out. */
  readonly apiVersion: string;
  /** What the applier set before. */
  readonly last: Ownership;
  /** What all others own, and what the applier sets now. */
  readonly owned: readonly Ownership[];
  /** Absent: all versions have one shape. */
  readonly atVersion?: AtVersion | undefined;
}

/**
 * Removes what the applier set before and nobody owns any more. Looks at each ownership in its own version, that of
 * `last` first: what it prunes may be needed to convert. Kubernetes: `Updater.prune` of structured-merge-diff.
 */
export function pruneMerged(options: PruneOptions): KubeObject {
  const { merged, last, apiVersion, schema } = options;
  const show: AtVersion = options.atVersion ?? (object => ({ object, schema }));
  const start = show(merged, last.apiVersion);
  if (start === undefined) return merged;
  const bare = removeFields(start.schema, start.object, includeStructs(start.schema, last.fields)) as KubeObject;
  let all = start.object;
  let left = bare;
  for (const [version, fields] of groupByVersion(options)) {
    const shown = show(all, version);
    const shownLeft = show(left, version);
    if (shown === undefined || shownLeft === undefined) continue;
    all = shown.object;
    left = keepOwned(shown, shownLeft.object, fields);
  }
  const withOwned = show(left, last.apiVersion);
  if (withOwned === undefined) return merged;
  const pruned = keepDangling(start, withOwned.object, last.fields);
  return show(pruned, apiVersion)?.object ?? merged;
}

/** All that is owned, version by version, that of `last` first. */
function groupByVersion({ last, owned, atVersion }: PruneOptions): ReadonlyMap<string, FieldSet> {
  const groups = new Map<string, FieldSet>();
  const add = (version: string, fields: FieldSet): void => {
    const before = groups.get(version);
    groups.set(version, before === undefined ? fields : uniteSets(before, fields));
  };
  const versionOf = (each: Ownership): string => (atVersion === undefined ? last.apiVersion : each.apiVersion);
  const isOfLast = (each: Ownership): boolean => versionOf(each) === last.apiVersion;
  for (const each of owned.filter(isOfLast)) add(last.apiVersion, each.fields);
  for (const each of owned) if (!isOfLast(each)) add(versionOf(each), each.fields);
  return groups;
}

function fieldsIn(schema: Schema, object: unknown): FieldSet {
  return includeStructs(schema, listFields(schema, object));
}

/** Kubernetes: `addBackOwnedItems`. */
function keepOwned({ object, schema }: VersionedObject, left: KubeObject, owned: FieldSet): KubeObject {
  const kept = uniteSets(fieldsIn(schema, left), includeStructs(schema, owned));
  return removeFields(schema, object, subtractSet(fieldsIn(schema, object), kept)) as KubeObject;
}

/** What the applier never set but that went with its container comes back. Kubernetes: `addBackDanglingItems`. */
function keepDangling({ object, schema }: VersionedObject, left: KubeObject, last: FieldSet): KubeObject {
  const gone = subtractSet(fieldsIn(schema, object), fieldsIn(schema, left));
  return removeFields(schema, object, intersectSets(gone, includeStructs(schema, last))) as KubeObject;
}
