import { isDeepEqual } from '../json/index.ts';
import type { KubeObject, ManagedFieldsEntry } from '../object.ts';
import type { Schema } from '../schema/schema.ts';
import { checkApplied, joinProblems } from './check-applied.ts';
import { type Changes, compareObjects } from './compare-objects.ts';
import type { ApplyConflict } from './conflict.ts';
import {
  emptyFieldSet,
  type FieldSet,
  intersectSets,
  isEmptySet,
  listPaths,
  subtractSet,
  subtractSubtrees,
  uniteSets,
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
  systemFields,
  type Writer,
  withManagedFields,
} from './managed-fields.ts';
import { mergeObjects } from './merge-objects.ts';
import { takeAway } from './record-changes.ts';
import { includeStructs, removeFields } from './remove-fields.ts';
import { trackUpdate } from './track-update.ts';

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

/**
 * Server-side apply. Kubernetes: `FieldManager.Apply`.
 *
 * Differs from Kubernetes: sets of other versions are taken as paths of this version; kinds whose versions differ in
 * shape lose precision there.
 */
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

  constructor(options: ApplyPatchOptions, live: KubeObject | undefined) {
    this.options = options;
    this.live = live;
    this.entries = live?.metadata.managedFields ?? [];
    this.fields = this.withoutReset(listFields(options.schema, options.applied));
    this.merged = this.prune(mergeObjects(options.schema, live, options.applied)) as KubeObject;
    const changes = compareObjects(options.schema, live, this.merged, systemFields);
    this.changes = { written: this.withoutReset(changes.written), removed: this.withoutReset(changes.removed) };
  }

  /** What others own and this would change; `except` what is allowed to change hands. */
  conflicts(except: FieldSet = emptyFieldSet): readonly ApplyConflict[] {
    return this.others().flatMap(owner =>
      listPaths(subtractSet(intersectSets(fieldsOf(owner), this.changes.written), except)).map(path => ({
        owner,
        path,
      })),
    );
  }

  /** The object, with everything that changes hands given to the applier. */
  result(): KubeObject {
    const isUnchanged = this.live !== undefined && isDeepEqual(this.live, this.merged);
    const entries = this.others()
      .map(entry => ({ ...entry, fieldsV1: takeAway(fieldsOf(entry), this.changes) }))
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

  /** Removes what the applier set before, sets no longer, and nobody else owns. */
  private prune(merged: unknown): unknown {
    const last = fieldsOf(this.own());
    if (isEmptySet(last)) return merged;
    const { schema } = this.options;
    const fieldsIn = (value: unknown): FieldSet => includeStructs(schema, listFields(schema, value));
    const lastFields = includeStructs(schema, last);
    const mergedFields = fieldsIn(merged);
    const owned = this.others().reduce((set, entry) => uniteSets(set, fieldsOf(entry)), this.fields);
    const bare = fieldsIn(removeFields(schema, merged, lastFields));
    const ownedFields = includeStructs(schema, owned);
    const withOwned = removeFields(schema, merged, subtractSet(mergedFields, uniteSets(bare, ownedFields)));
    // What the applier never set but that went with its container comes back.
    const gone = subtractSet(mergedFields, fieldsIn(withOwned));
    return removeFields(schema, merged, intersectSets(gone, lastFields));
  }
}
