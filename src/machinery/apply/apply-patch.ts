import { isDeepEqual } from '../json/index.ts';
import type { KubeObject, ManagedFieldsEntry } from '../object.ts';
import type { Schema } from '../schema/schema.ts';
import { checkApplied, joinProblems } from './check-applied.ts';
import type { Changes } from './compare-objects.ts';
import type { ApplyConflict } from './conflict.ts';
import {
  emptyFieldSet,
  type FieldSet,
  intersectSets,
  isEmptySet,
  listPaths,
  subtractSet,
  subtractSubtrees,
} from './field-set.ts';
import { fieldsOfLastApplied, updateLastApplied } from './last-applied.ts';
import { listFields } from './list-fields.ts';
import {
  type Entries,
  entryOf,
  fieldsOf,
  isApplyEntryOf,
  sortEntries,
  systemFieldSet,
  type Writer,
  withManagedFields,
} from './managed-fields.ts';
import { mergeObjects } from './merge-objects.ts';
import { type Ownership, pruneMerged } from './prune-merged.ts';
import { takeAway } from './record-changes.ts';
import { trackUpdate } from './track-update.ts';
import { type AtVersion, type ChangesAt, compareInVersions, compareWritten } from './versions.ts';

export interface ApplyPatchOptions extends Writer {
  readonly schema: Schema;
  /** Undefined when there is no object of that name yet. */
  readonly live: KubeObject | undefined;
  /** The configuration of the request. */
  readonly applied: KubeObject;
  /** Take over fields that others own. */
  readonly force: boolean;
  /** RFC 3339, whole seconds. */
  readonly now: string;
  /** Fields that this request cannot write. */
  readonly resetFields?: FieldSet | undefined;
  /** For kinds whose versions differ in shape: sets of other versions are compared, and pruned by, in their own. */
  readonly atVersion?: AtVersion | undefined;
}

export type ApplyOutcome =
  /** The object to store; defaults still have to be applied. */
  | { readonly object: KubeObject; readonly conflicts?: undefined; readonly problem?: undefined }
  | { readonly conflicts: readonly ApplyConflict[]; readonly object?: undefined; readonly problem?: undefined }
  /** The configuration cannot be applied at all; `isMistyped` where it is not what the schema has. */
  | {
      readonly problem: string;
      readonly isMistyped: boolean;
      readonly object?: undefined;
      readonly conflicts?: undefined;
    };

/** Server-side apply. Kubernetes: `FieldManager.Apply`. */
export function applyPatch(options: ApplyPatchOptions): ApplyOutcome {
  const problem = findProblem(options);
  if (problem !== undefined) return problem;
  const live = trackExistingFields(options);
  const attempt = new Application(options, live);
  const conflicts = options.force ? [] : attempt.conflicts();
  const refused = conflicts.length === 0 ? [] : withoutOwnHistory(options, live, conflicts, attempt);
  return refused.length > 0 ? { conflicts: refused } : { object: attempt.result() };
}

function findProblem(
  options: ApplyPatchOptions,
): { readonly problem: string; readonly isMistyped: boolean } | undefined {
  const { applied, schema } = options;
  if (applied.metadata.managedFields !== undefined) {
    return { problem: 'metadata.managedFields must be nil', isMistyped: false };
  }
  const problems = checkApplied(schema, applied);
  if (problems.length === 0) return undefined;
  const { namespace = '', name = '' } = applied.metadata;
  const kind = `${options.apiVersion.includes('/') ? '' : '/'}${options.apiVersion}, Kind=${applied.kind ?? ''}`;
  const problem = `failed to create typed patch object (${namespace}/${name}; ${kind}): ${joinProblems(problems)}`;
  return { problem, isMistyped: true };
}

/** Kubernetes: fields of an object that nobody tracks belong to `before-first-apply`. */
function trackExistingFields(options: ApplyPatchOptions): KubeObject | undefined {
  const { live } = options;
  if (live === undefined || (live.metadata.managedFields ?? []).length > 0) return live;
  return trackUpdate({ ...options, manager: 'before-first-apply', live: undefined, updated: live });
}

/**
 * Kubernetes: `kubectl apply --server-side` takes over, without force, what client-side apply recorded in the
 * last-applied annotation and nobody has changed since.
 */
function withoutOwnHistory(
  options: ApplyPatchOptions,
  live: KubeObject | undefined,
  conflicts: readonly ApplyConflict[],
  attempt: Application,
): readonly ApplyConflict[] {
  if (options.manager !== 'kubectl' || live === undefined) return conflicts;
  const allowed = fieldsOfLastApplied(options.schema, live, options.apiVersion);
  return allowed === undefined ? conflicts : attempt.conflicts(allowed);
}

/** One attempt to apply a configuration to a live object. */
class Application {
  private readonly options: ApplyPatchOptions;
  private readonly live: KubeObject | undefined;
  private readonly entries: Entries;
  private readonly fields: FieldSet;
  private readonly merged: KubeObject;
  private readonly changes: Changes;
  private readonly changesAt: ChangesAt | undefined;

  constructor(options: ApplyPatchOptions, live: KubeObject | undefined) {
    this.options = options;
    this.live = live;
    this.entries = live?.metadata.managedFields ?? [];
    this.fields = this.withoutReset(listFields(options.schema, options.applied));
    this.merged = this.prune(mergeObjects(options.schema, live, options.applied) as KubeObject);
    const { schema, resetFields, atVersion } = options;
    this.changes = compareWritten(schema, live, this.merged, resetFields);
    this.changesAt = atVersion && compareInVersions(atVersion, live, this.merged, resetFields);
  }

  /** What others own and this would change; `except` what is allowed to change hands. */
  conflicts(except: FieldSet = emptyFieldSet): readonly ApplyConflict[] {
    return this.others().flatMap(owner => {
      const written = this.changesFor(owner)?.written ?? emptyFieldSet;
      return listPaths(subtractSet(intersectSets(fieldsOf(owner), written), except)).map(path => ({ owner, path }));
    });
  }

  /** The object, with everything that changes hands given to the applier. */
  result(): KubeObject {
    const isUnchanged = this.live !== undefined && isDeepEqual(this.live, this.merged);
    const entries = this.others()
      .map(entry => ({ ...entry, fieldsV1: this.fieldsLeftTo(entry) }))
      .filter(entry => !isEmptySet(entry.fieldsV1));
    const owned = subtractSet(this.fields, systemFieldSet);
    if (!isEmptySet(owned)) {
      const time = isUnchanged ? this.own()?.time : this.options.now;
      entries.push({ ...entryOf(this.options, 'Apply', time, owned), fieldsV1: owned });
    }
    const object = isUnchanged ? this.live! : this.merged;
    return withManagedFields(this.updateHistory(object), sortEntries(entries));
  }

  private updateHistory(object: KubeObject): KubeObject {
    return this.options.manager === 'kubectl' ? updateLastApplied(object, this.options.applied) : object;
  }

  private own(): ManagedFieldsEntry | undefined {
    return this.entries.find(entry => isApplyEntryOf(entry, this.options));
  }

  private others(): readonly ManagedFieldsEntry[] {
    return this.entries.filter(entry => !isApplyEntryOf(entry, this.options));
  }

  private withoutReset(fields: FieldSet): FieldSet {
    const { resetFields } = this.options;
    return resetFields === undefined ? fields : subtractSubtrees(fields, resetFields);
  }

  /** What changed as the version of an entry sees it; undefined when the kind has no such version any more. */
  private changesFor(entry: ManagedFieldsEntry): Changes | undefined {
    if (this.changesAt === undefined || entry.apiVersion === this.options.apiVersion) return this.changes;
    return this.changesAt(entry.apiVersion!);
  }

  private fieldsLeftTo(entry: ManagedFieldsEntry): FieldSet {
    const changes = this.changesFor(entry);
    return changes === undefined ? emptyFieldSet : takeAway(fieldsOf(entry), changes);
  }

  /** Removes what the applier set before, sets no longer, and nobody else owns. */
  private prune(merged: KubeObject): KubeObject {
    const last = this.own();
    if (last === undefined || isEmptySet(fieldsOf(last))) return merged;
    const { schema, apiVersion, atVersion } = this.options;
    const owned = [...this.others().map(ownershipOf), { apiVersion, fields: this.fields }];
    return pruneMerged({ merged, schema, apiVersion, last: ownershipOf(last), owned, atVersion });
  }
}

function ownershipOf(entry: ManagedFieldsEntry): Ownership {
  return { apiVersion: entry.apiVersion!, fields: fieldsOf(entry) };
}
