import type { ManagedFieldsEntry } from '../object.ts';
import type { Changes } from './compare-objects.ts';
import {
  doSetsIntersect,
  emptyFieldSet,
  type FieldSet,
  isEmptySet,
  isSubset,
  subtractSet,
  uniteSets,
} from './field-set.ts';
import {
  capEntries,
  type Entries,
  entryOf,
  fieldsOf,
  isUpdateEntryOf,
  sortEntries,
  type Writer,
} from './managed-fields.ts';
import type { ChangesAt } from './versions.ts';

/**
 * The entries after a write by `writer`: it owns what it wrote, and nobody owns what is gone. The same list when nobody
 * gains or loses anything. `time` is `now` whenever the writer changed anything.
 */
export function recordChanges(
  entries: Entries,
  changes: Changes,
  writer: Writer,
  now: string,
  changesAt?: ChangesAt,
): Entries {
  if (isEmptySet(changes.written) && isEmptySet(changes.removed)) return entries;
  const own = findOwn(entries, writer);
  if (own >= 0 && isOwnAlready(entries, own, changes, writer.apiVersion, changesAt)) {
    return touchEntry(entries, own, now);
  }
  return rewriteEntries(entries, changes, writer, now, changesAt);
}

function findOwn(entries: Entries, writer: Writer): number {
  for (let index = 0; index < entries.length; index++) if (isUpdateEntryOf(entries[index]!, writer)) return index;
  return -1;
}

/** The common case: a writer writes what it alone owns. Then sets stay as they are. */
function isOwnAlready(
  entries: Entries,
  own: number,
  changes: Changes,
  apiVersion: string,
  changesAt: ChangesAt | undefined,
): boolean {
  if (!isEmptySet(changes.removed)) return false;
  for (let index = 0; index < entries.length; index++) {
    const entry = entries[index]!;
    if (index === own) {
      if (!isSubset(changes.written, fieldsOf(entry))) return false;
    } else if (changesAt !== undefined && entry.apiVersion !== apiVersion) return false;
    else if (doSetsIntersect(fieldsOf(entry), changes.written)) return false;
  }
  return true;
}

function touchEntry(entries: Entries, own: number, now: string): Entries {
  const entry = entries[own]!;
  if (entry.time === now) return entries;
  const touched: ManagedFieldsEntry = { ...entry, time: now };
  if (entries.length === 1) return [touched];
  const copy = entries.slice();
  copy[own] = touched;
  return sortEntries(copy);
}

function rewriteEntries(
  entries: Entries,
  changes: Changes,
  writer: Writer,
  now: string,
  changesAt: ChangesAt | undefined,
): Entries {
  const rewritten: ManagedFieldsEntry[] = [];
  let before: ManagedFieldsEntry | undefined;
  for (const entry of entries) {
    const seen =
      changesAt === undefined || entry.apiVersion === writer.apiVersion ? changes : changesAt(entry.apiVersion!);
    const fields = seen === undefined ? emptyFieldSet : takeAway(fieldsOf(entry), seen);
    if (isUpdateEntryOf(entry, writer)) before = { ...entry, fieldsV1: fields };
    else if (!isEmptySet(fields)) rewritten.push(fields === entry.fieldsV1 ? entry : { ...entry, fieldsV1: fields });
  }
  const hasWritten = !isEmptySet(changes.written);
  const owned = uniteSets(changes.written, fieldsOf(before));
  if (!isEmptySet(owned)) rewritten.push(entryOf(writer, 'Update', hasWritten ? now : before?.time, owned));
  return sortEntries([...capEntries(rewritten)]);
}

/** A set without what changed hands or is gone. */
export function takeAway(fields: FieldSet, changes: Changes): FieldSet {
  return subtractSet(subtractSet(fields, changes.written), changes.removed);
}
