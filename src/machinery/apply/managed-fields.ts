import type { KubeObject, ManagedFieldsEntry } from '../object.ts';
import type { IgnoredFields } from './compare-objects.ts';
import { emptyFieldSet, type FieldSet, uniteSets } from './field-set.ts';
import { fieldSetOf } from './field-set-builder.ts';
import { isFieldSet } from './is-field-set.ts';

export type Entries = readonly ManagedFieldsEntry[];

export const noEntries: Entries = [];

/** Kubernetes: what `stripMeta` takes out of every set, because the server or nobody owns it. */
export const systemFields: IgnoredFields = {
  top: new Set(['apiVersion', 'kind']),
  metadata: new Set([
    'name',
    'namespace',
    'creationTimestamp',
    'selfLink',
    'uid',
    'clusterName',
    'generation',
    'managedFields',
    'resourceVersion',
  ]),
};

/** The same as a set of paths. */
export const systemFieldSet: FieldSet = fieldSetOf(
  ['f:metadata'],
  ...[...systemFields.top].map(name => [`f:${name}`]),
  ...[...systemFields.metadata].map(name => ['f:metadata', `f:${name}`]),
);

/** Who writes: what tells managers apart, beside the operation. */
export interface Writer {
  readonly manager: string;
  readonly apiVersion: string;
  /** Absent for the object itself. */
  readonly subresource?: string | undefined;
}

/** Whether an Update entry belongs to this writer. Kubernetes: the manager identifier. */
export function isUpdateEntryOf(entry: ManagedFieldsEntry, writer: Writer): boolean {
  return (
    entry.manager === writer.manager &&
    entry.operation === 'Update' &&
    entry.apiVersion === writer.apiVersion &&
    (entry.subresource ?? '') === (writer.subresource ?? '')
  );
}

/** Whether an Apply entry belongs to this writer; an applier keeps its entry when it changes its version. */
export function isApplyEntryOf(entry: ManagedFieldsEntry, writer: Writer): boolean {
  return (
    entry.manager === writer.manager &&
    entry.operation === 'Apply' &&
    (entry.subresource ?? '') === (writer.subresource ?? '')
  );
}

/** An entry in the field order of upstream's JSON. */
export function entryOf(
  writer: Writer,
  operation: 'Apply' | 'Update',
  time: string | undefined,
  fieldsV1: FieldSet,
): ManagedFieldsEntry {
  const entry: ManagedFieldsEntry = {
    manager: writer.manager,
    operation,
    apiVersion: writer.apiVersion,
    ...(time === undefined ? {} : { time }),
    fieldsType: 'FieldsV1',
    fieldsV1,
  };
  const { subresource } = writer;
  return subresource === undefined || subresource === '' ? entry : { ...entry, subresource };
}

/** The set of an entry. */
export function fieldsOf(entry: ManagedFieldsEntry | undefined): FieldSet {
  return entry?.fieldsV1 ?? emptyFieldSet;
}

/**
 * The entries that a write starts from: those of the request when it brings usable ones, else the live object's. An
 * empty list, or one empty entry, in a request resets them; writes to a subresource cannot change them.
 */
export function chooseEntries(
  live: KubeObject | undefined,
  updated: KubeObject,
  subresource: string | undefined,
): Entries {
  const kept = usableEntries(live?.metadata.managedFields);
  const brought = updated.metadata.managedFields;
  if (brought === undefined || brought === live?.metadata.managedFields) return kept;
  if (subresource !== undefined && subresource !== '') return kept;
  if (isReset(brought)) return noEntries;
  const usable = brought.every(entry => isFieldSet(entry.fieldsV1 ?? emptyFieldSet))
    ? usableEntries(brought)
    : noEntries;
  return usable.length === 0 ? kept : usable;
}

function isReset(entries: Entries): boolean {
  if (entries.length === 0) return true;
  if (entries.length > 1) return false;
  for (const key in entries[0]) if ((entries[0] as Record<string, unknown>)[key] !== undefined) return false;
  return true;
}

/** Kubernetes: entries of which one cannot be decoded count as none at all. */
function usableEntries(entries: Entries | undefined): Entries {
  return entries === undefined || !entries.every(isUsable) ? noEntries : entries;
}

function isUsable(entry: ManagedFieldsEntry): boolean {
  return (
    (entry.operation === 'Update' || entry.operation === 'Apply') &&
    (entry.apiVersion ?? '') !== '' &&
    entry.fieldsType === 'FieldsV1'
  );
}

function secondsOf(time: string | undefined): number {
  return time === undefined ? 0 : Math.floor(Date.parse(time) / 1000);
}

function compareTimes(left: string | undefined, right: string | undefined): number {
  return left === right ? 0 : secondsOf(left) - secondsOf(right);
}

function compareText(left: string | undefined, right: string | undefined): number {
  const one = left ?? '';
  const other = right ?? '';
  return one < other ? -1 : one > other ? 1 : 0;
}

function compareEntries(left: ManagedFieldsEntry, right: ManagedFieldsEntry): number {
  return (
    compareText(left.operation, right.operation) ||
    compareTimes(left.time, right.time) ||
    compareText(left.manager, right.manager) ||
    compareText(left.apiVersion, right.apiVersion) ||
    compareText(left.subresource, right.subresource)
  );
}

/** Entries in upstream's order: Apply before Update, then by age. */
export function sortEntries(entries: ManagedFieldsEntry[]): ManagedFieldsEntry[] {
  return entries.length < 2 ? entries : entries.sort(compareEntries);
}

const updateEntriesMax = 10;
const oldUpdatesManager = 'ancient-changes';

/**
 * At most ten Update entries: the oldest of a version become one of the manager `ancient-changes`.
 * Kubernetes: `capManagersManager`.
 */
export function capEntries(entries: readonly ManagedFieldsEntry[]): readonly ManagedFieldsEntry[] {
  const updates = entries.filter(entry => entry.operation === 'Update');
  if (updates.length <= updateEntriesMax) return entries;
  const oldestFirst = updates.toSorted(
    (left, right) => compareTimes(left.time, right.time) || compareText(left.manager, right.manager),
  );
  return new EntryCap(entries, updates.length).merge(oldestFirst);
}

class EntryCap {
  private readonly kept: Set<ManagedFieldsEntry>;
  private readonly firsts = new Map<string, ManagedFieldsEntry>();
  private count: number;

  constructor(entries: readonly ManagedFieldsEntry[], count: number) {
    this.kept = new Set(entries);
    this.count = count;
  }

  merge(oldestFirst: readonly ManagedFieldsEntry[]): readonly ManagedFieldsEntry[] {
    for (const entry of oldestFirst) {
      if (this.count <= updateEntriesMax) break;
      const version = entry.apiVersion!;
      const first = this.firsts.get(version);
      if (first === undefined) {
        this.firsts.set(version, entry);
        continue;
      }
      const bucket = this.bucketFor(version, first);
      this.kept.delete(bucket);
      this.kept.delete(entry);
      const merged = entryOf(
        { manager: oldUpdatesManager, apiVersion: version },
        'Update',
        entry.time,
        uniteSets(fieldsOf(entry), fieldsOf(bucket)),
      );
      this.kept.add(merged);
      this.count--;
    }
    return [...this.kept];
  }

  private bucketFor(version: string, first: ManagedFieldsEntry): ManagedFieldsEntry {
    for (const entry of this.kept) {
      if (isUpdateEntryOf(entry, { manager: oldUpdatesManager, apiVersion: version })) return entry;
    }
    return first;
  }
}

/** The object with these entries; the same instance when it has them already. */
export function withManagedFields<T extends KubeObject>(object: T, entries: Entries | undefined): T {
  const managedFields = entries === undefined || entries.length === 0 ? undefined : entries;
  if (object.metadata.managedFields === managedFields) return object;
  return { ...object, metadata: { ...object.metadata, managedFields } };
}
