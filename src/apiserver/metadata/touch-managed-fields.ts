import type { FieldsV1, KubeObject, ManagedFieldsEntry } from '../../machinery/index.ts';
import type { WriteCall } from '../requests/write-call.ts';
import type { Endpoint } from '../resources/endpoint.ts';

type Fields = Readonly<Record<string, unknown>>;

/**
 * The common small write (a Lease renewed, a counter moved): text, numbers and booleans of one top-level field get other
 * values, and the writer alone owns them already. Then nobody gains or loses anything and only the time of the writer's
 * entry moves. Undefined when it is more than that, which the full comparison finds out.
 */
export function touchManagedFields(
  write: WriteCall,
  live: KubeObject,
  object: KubeObject,
  apiVersion: string,
  now: string,
): KubeObject | undefined {
  const entries = live.metadata.managedFields;
  if (entries === undefined || object.metadata !== live.metadata) return undefined;
  const name = onlyDifference(object as unknown as Fields, live as unknown as Fields);
  if (name === undefined) return undefined;
  const after = (object as unknown as Fields)[name];
  const before = (live as unknown as Fields)[name];
  if (!isPlainObject(after) || !isPlainObject(before)) return undefined;
  const own = ownEntry(entries, write, apiVersion);
  if (own < 0 || !ownsAllChanges(write.endpoint, entries, own, name, after, before)) return undefined;
  return touch(object, entries, own, now);
}

/** The one top-level field in which they differ by reference. */
function onlyDifference(after: Fields, before: Fields): string | undefined {
  let found: string | undefined;
  for (const name in after) {
    if (after[name] === before[name]) continue;
    if (found !== undefined) return undefined;
    found = name;
  }
  for (const name in before) if (before[name] !== undefined && after[name] === undefined) return undefined;
  return found;
}

function isPlainObject(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function ownEntry(entries: readonly ManagedFieldsEntry[], write: WriteCall, apiVersion: string): number {
  for (let i = 0; i < entries.length; i++) {
    const entry = entries[i]!;
    if (entry.manager !== write.manager || entry.operation !== 'Update' || entry.apiVersion !== apiVersion) continue;
    if ((entry.subresource ?? '') === write.subresource) return i;
  }
  return -1;
}

/** Longer texts may make an object too large, which is then to be looked at. */
const shortText = 1024;

function ownsAllChanges(
  endpoint: Endpoint,
  entries: readonly ManagedFieldsEntry[],
  own: number,
  field: string,
  after: Fields,
  before: Fields,
): boolean {
  const top = endpoint.pathElement(field);
  let hasChanged = false;
  for (const name in after) {
    const value = after[name];
    const old = before[name];
    if (value === old) continue;
    hasChanged = true;
    if (typeof value === 'object' || typeof old === 'object' || value === undefined || old === undefined) return false;
    if (typeof value === 'string' && value.length > shortText) return false;
    const path = endpoint.pathElement(name);
    for (let i = 0; i < entries.length; i++) {
      const fields = entries[i]!.fieldsV1?.[top] as FieldsV1 | undefined;
      if ((fields?.[path] !== undefined) !== (i === own)) return false;
    }
  }
  for (const name in before) if (before[name] !== undefined && after[name] === undefined) return false;
  return hasChanged;
}

function touch(
  object: KubeObject,
  entries: readonly ManagedFieldsEntry[],
  own: number,
  now: string,
): KubeObject | undefined {
  const entry = entries[own]!;
  if (entry.time === now) return object;
  // Entries stand in the order of their times.
  if (own !== entries.length - 1) return undefined;
  const touched: ManagedFieldsEntry = { ...entry, time: now };
  const managedFields = entries.length === 1 ? [touched] : entries.with(own, touched);
  return { ...object, metadata: { ...object.metadata, managedFields } };
}
