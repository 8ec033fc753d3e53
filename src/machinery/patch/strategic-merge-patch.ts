import { formatGoValue, isDeepEqual, isJsonObject, type JsonObject, ownField, setField } from '../json/index.ts';
import type { FieldSchema, Schema } from '../schema/schema.ts';
import { directive, formatProblems, noMergeKey, stripDirectives, unknownPatchType } from './merge-directives.ts';
import { mergeInOrder, orderLike } from './merge-order.ts';
import { attempt, type PatchOutcome, PatchProblem } from './patch-problem.ts';

/**
 * Strategic merge patch: objects merge, and lists merge by the key that the schema names (`patchStrategy`,
 * `patchMergeKey`). Directives: `$patch: replace|delete|merge`, `$deleteFromPrimitiveList/x`, `$setElementOrder/x`,
 * `$retainKeys`. Parts that do not change are shared. The problem is a 400 (422 for a patch that does not fit).
 * Kubernetes: `strategicpatch.StrategicMergeMapPatch`.
 */
export function applyStrategicMergePatch(schema: Schema, target: unknown, patch: unknown): PatchOutcome {
  return attempt(() => {
    if (!isJsonObject(patch)) throw new PatchProblem('invalid JSON document');
    return mergeObject(schema, isJsonObject(target) ? target : {}, patch);
  });
}

type Mutable = Record<string, unknown>;

function fieldOf(schema: Schema | undefined, key: string): FieldSchema | undefined {
  return schema?.type === 'object' ? schema.fields.get(key) : undefined;
}

function schemaOf(schema: Schema | undefined, key: string): Schema | undefined {
  if (schema?.type === 'map') return schema.values;
  return fieldOf(schema, key)?.schema ?? (schema?.type === 'object' ? schema.additional : undefined);
}

/** `merge` or `replace`; `retainKeys` beside it says nothing about how values combine. */
function strategyOf(field: FieldSchema | undefined): string {
  return (field?.patchStrategy ?? '').split(',').find(part => part !== 'retainKeys') ?? '';
}

function mergeObject(schema: Schema | undefined, original: JsonObject, patch: JsonObject): JsonObject {
  const marker = patch[directive.patch];
  if (marker !== undefined) return followMarker(marker, patch);
  const merged: Mutable = { ...retainKeys(original, patch) };
  const ordered = mergeOrderedLists(schema, merged, patch);
  let hasGap = false;
  for (const key in patch) {
    if (key === directive.retainKeys || key.startsWith(directive.elementOrder) || ordered.has(key)) continue;
    if (key.startsWith(directive.deleteFromList)) deleteFromList(merged, key, patch[key]);
    else if (patch[key] !== undefined && !mergeField(schema, merged, key, patch[key])) hasGap = true;
  }
  // The engine treats an object that fields were deleted from as a dictionary: slow for whoever reads it, for good.
  return hasGap ? { ...merged } : merged;
}

function followMarker(marker: unknown, patch: JsonObject): JsonObject {
  if (marker === 'delete') return {};
  if (marker !== 'replace') throw unknownPatchType(marker, patch);
  const { [directive.patch]: _, ...rest } = patch;
  return rest;
}

function retainKeys(original: JsonObject, patch: JsonObject): JsonObject {
  const keys = patch[directive.retainKeys];
  if (keys === undefined) return original;
  if (!Array.isArray(keys)) throw new PatchProblem(formatProblems.retainKeys);
  const retained = new Set<unknown>(keys);
  for (const key in patch) {
    const isDirective =
      key === directive.retainKeys || key.startsWith('$deleteFromPrimitiveList') || key.startsWith('$setElementOrder');
    if (!isDirective && patch[key] !== null && !retained.has(key)) throw new PatchProblem(formatProblems.retainKeys);
  }
  return Object.fromEntries(Object.entries(original).filter(([key]) => retained.has(key)));
}

function deleteFromList(merged: Mutable, key: string, values: unknown): void {
  const name = key.slice(directive.deleteFromList.length);
  const list = merged[name];
  if (!Array.isArray(values) || !Array.isArray(list)) return;
  const gone = new Set<unknown>(values);
  merged[name] = list.filter(item => !gone.has(item));
}

/** Returns whether the field is there afterwards. */
function mergeField(schema: Schema | undefined, merged: Mutable, key: string, value: unknown): boolean {
  const result = value === null ? undefined : mergeValue(schema, key, ownField(merged, key), value);
  if (result === undefined) delete merged[key];
  else setField(merged, key, result);
  return result !== undefined;
}

function mergeValue(schema: Schema | undefined, key: string, original: unknown, value: unknown): unknown {
  const field = fieldOf(schema, key);
  const inner = schemaOf(schema, key);
  if (isJsonObject(original) && isJsonObject(value)) {
    return strategyOf(field) === 'replace' ? value : mergeObject(inner, original, value);
  }
  if (Array.isArray(original) && Array.isArray(value)) return mergeList(field, original, value).list;
  return stripDirectives(value);
}

interface MergedList {
  readonly list: readonly unknown[];
  /** The live order, by which items that only the server has are placed. */
  readonly liveOrder: readonly unknown[];
}

function mergeList(
  field: FieldSchema | undefined,
  original: readonly unknown[],
  patch: readonly unknown[],
): MergedList {
  if (strategyOf(field) !== 'merge') return { list: patch, liveOrder: original };
  if (original.length === 0 && patch.length === 0) return { list: original, liveOrder: original };
  if (!areMaps(original, patch)) return { list: mergeScalars(original, patch), liveOrder: original };
  const key = field?.patchMergeKey ?? '';
  if (key === '') throw new PatchProblem(`cannot merge lists without merge key for ${field?.schema.type ?? 'list'}`);
  const items = field!.schema.type === 'list' ? field!.schema.items : undefined;
  return mergeMaps(items, original as JsonObject[], patch as JsonObject[], key);
}

/** Whether the items are objects; mixed lists, and lists of lists, are refused. */
function areMaps(...lists: readonly (readonly unknown[])[]): boolean {
  const items = lists.flat();
  if (items.some(Array.isArray)) throw new PatchProblem('lists of lists are not supported');
  const kinds = new Set(items.map(item => (isJsonObject(item) ? 'map' : typeof item)));
  if (kinds.size > 1) throw new PatchProblem('list element types are not identical');
  return kinds.has('map');
}

function mergeScalars(original: readonly unknown[], patch: readonly unknown[]): unknown[] {
  const patched = [...new Set(patch)];
  const others = [...new Set(original)].filter(item => !patched.includes(item));
  return mergeInOrder(others, patched, original, item => item);
}

function mergeMaps(
  schema: Schema | undefined,
  original: readonly JsonObject[],
  patch: readonly JsonObject[],
  key: string,
): MergedList {
  const { kept, plain, isReplaced } = followItemMarkers(original, patch, key);
  if (isReplaced) return { list: plain, liveOrder: original };
  const merged: JsonObject[] = [...kept];
  for (const item of plain) {
    if (item[key] === undefined) throw noMergeKey(item, key);
    const at = merged.findIndex(candidate => candidate[key] === item[key]);
    if (at < 0) merged.push(item);
    else merged[at] = mergeObject(schema, merged[at]!, item);
  }
  const keyOf = (item: unknown): unknown => (item as JsonObject)[key];
  const patchedKeys = new Set(plain.map(keyOf));
  const patched = orderLike(
    merged.filter(item => patchedKeys.has(item[key])),
    plain,
    keyOf,
  );
  const serverOnly = merged.filter(item => !patchedKeys.has(item[key]));
  // Kubernetes: merging happens in place, so items that were added where others were deleted count as live ones.
  const liveOrder = merged.slice(0, original.length);
  return { list: mergeInOrder(serverOnly, patched, kept, keyOf), liveOrder };
}

function followItemMarkers(
  original: readonly JsonObject[],
  patch: readonly JsonObject[],
  key: string,
): { readonly kept: readonly JsonObject[]; readonly plain: JsonObject[]; readonly isReplaced: boolean } {
  const plain: JsonObject[] = [];
  let kept = original;
  let isReplaced = false;
  for (const item of patch) {
    const marker = item[directive.patch];
    if (marker === undefined) plain.push(item);
    else if (marker === 'delete') {
      if (item[key] === undefined) throw noMergeKey(item, key);
      kept = kept.filter(candidate => candidate[key] !== item[key]);
    } else if (marker === 'replace') isReplaced = true;
    else if (marker === 'merge') throw new PatchProblem('merging lists cannot yet be specified in the patch');
    else throw unknownPatchType(marker, item);
  }
  return { kept, plain, isReplaced };
}

/** Lists whose order the patch states; returns the fields that are done with. */
function mergeOrderedLists(schema: Schema | undefined, merged: Mutable, patch: JsonObject): ReadonlySet<string> {
  const done = new Set<string>();
  for (const directiveKey in patch) {
    if (!directiveKey.startsWith('$setElementOrder')) continue;
    if (!directiveKey.startsWith(directive.elementOrder)) throw new PatchProblem(formatProblems.elementOrder);
    const key = directiveKey.slice(directive.elementOrder.length);
    const order = patch[directiveKey];
    if (!Array.isArray(order)) throw new PatchProblem(formatProblems.elementOrder);
    mergeOrderedList(schema, merged, patch, key, order);
    done.add(key);
  }
  return done;
}

function mergeOrderedList(
  schema: Schema | undefined,
  merged: Mutable,
  patch: JsonObject,
  key: string,
  order: readonly unknown[],
): void {
  const field = fieldOf(schema, key);
  const original = listOf(merged[key]);
  const changes = listOf(patch[key]);
  const mergeKey = field?.patchMergeKey ?? '';
  const keyOf = (item: unknown): unknown => (mergeKey === '' || !isJsonObject(item) ? item : item[mergeKey]);
  checkOrder(changes, order, keyOf);
  deleteListed(merged, patch, key);
  const current = listOf(merged[key]);
  if (current === undefined && changes === undefined) return;
  const { list, liveOrder } = combine(field, current, changes, original ?? []);
  const places = new Set(order.map(keyOf));
  const ordered = orderLike(
    list.filter(item => places.has(keyOf(item))),
    order,
    keyOf,
  );
  merged[key] = mergeInOrder(
    list.filter(item => !places.has(keyOf(item))),
    ordered,
    liveOrder,
    keyOf,
  );
}

function combine(
  field: FieldSchema | undefined,
  current: readonly unknown[] | undefined,
  changes: readonly unknown[] | undefined,
  original: readonly unknown[],
): MergedList {
  if (changes === undefined) return { list: current ?? [], liveOrder: original };
  if (current === undefined) return { list: stripDirectives(changes) as unknown[], liveOrder: original };
  return mergeList(field, current, changes);
}

/** A deletion list beside the order is followed first, so that what it deletes takes no place. */
function deleteListed(merged: Mutable, patch: JsonObject, key: string): void {
  const name = directive.deleteFromList + key;
  if (patch[name] !== undefined) deleteFromList(merged, name, patch[name]);
}

function listOf(value: unknown): readonly unknown[] | undefined {
  return Array.isArray(value) ? value : undefined;
}

/** The items of a patch must stand in the order that the patch states. */
function checkOrder(
  changes: readonly unknown[] | undefined,
  order: readonly unknown[],
  keyOf: (item: unknown) => unknown,
): void {
  const items = (changes ?? []).filter(item => !isJsonObject(item) || item[directive.patch] === undefined);
  if (items.length === 0 || order.length === 0) return;
  let at = 0;
  for (const place of order) if (at < items.length && isDeepEqual(keyOf(items[at]), keyOf(place))) at++;
  if (at === items.length) return;
  throw new PatchProblem(
    `The order in patch list:\n${formatGoValue(changes)}\n doesn't match $setElementOrder list:\n${formatGoValue(order)}\n`,
  );
}
