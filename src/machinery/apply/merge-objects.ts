import { isJsonObject, type JsonObject, ownField, setField } from '../json/index.ts';
import type { ListSchema, MapSchema, ObjectSchema, Schema } from '../schema/schema.ts';
import type { PathElement } from './path-element.ts';
import { childSchema, elementOf, isEmptyObject, isGranularList, isGranularObject, shapeOf } from './shape.ts';

/**
 * `live` with everything that `applied` sets. Lists keep the applied order for the items that are applied, and the live
 * order for the rest. Kubernetes: structured-merge-diff's `Merge`.
 */
export function mergeObjects(schema: Schema, live: unknown, applied: unknown): unknown {
  if (applied === undefined) return live;
  if (live === undefined) return applied;
  // Where the two are of different types, what is applied replaces what lives.
  const shape = shapeOf(schema, applied);
  if (isGranularObject(shape)) return mergeFields(shape, live, applied);
  if (isGranularList(shape)) return mergeItems(shape, live, applied);
  return applied;
}

function mergeFields(schema: ObjectSchema | MapSchema, live: unknown, applied: unknown): unknown {
  const one = isJsonObject(live) ? live : {};
  const other = isJsonObject(applied) ? applied : {};
  if (isEmptyObject(one) && isEmptyObject(other)) return applied;
  const merged: Record<string, unknown> = {};
  for (const key in one) {
    const value = mergeObjects(childSchema(schema, key), one[key], ownField(other, key));
    if (value !== undefined) setField(merged, key, value);
  }
  for (const key in other) {
    if (ownField(one, key) === undefined && other[key] !== undefined) setField(merged, key, other[key]);
  }
  return merged satisfies JsonObject;
}

interface Item {
  readonly element: PathElement;
  readonly value: unknown;
}

function mergeItems(schema: ListSchema, live: unknown, applied: unknown): unknown {
  const before = indexItems(schema, Array.isArray(live) ? live : []);
  const after = indexItems(schema, Array.isArray(applied) ? applied : []);
  if (before.length === 0 && after.length === 0) return applied;
  return new ListMerge(schema, before, after).merge();
}

function indexItems(schema: ListSchema, items: readonly unknown[]): Item[] {
  return items.flatMap(value => {
    const element = elementOf(schema, value);
    return element === undefined ? [] : [{ element, value }];
  });
}

/** Two ordered lists into one; see upstream's `visitListItems`, whose order this keeps. */
class ListMerge {
  private readonly schema: ListSchema;
  private readonly before: readonly Item[];
  private readonly after: readonly Item[];
  private readonly live = new Map<PathElement, unknown>();
  private readonly applied = new Map<PathElement, unknown>();
  private readonly merged = new Set<PathElement>();
  /** Applied items that also live, in the applied order, not yet placed. */
  private readonly shared: PathElement[];
  private readonly out: unknown[] = [];

  constructor(schema: ListSchema, before: readonly Item[], after: readonly Item[]) {
    this.schema = schema;
    this.before = before;
    this.after = after;
    // Items that live twice have no single value to merge into: the applied one replaces them.
    for (const { element, value } of before) this.live.set(element, this.live.has(element) ? undefined : value);
    for (const { element, value } of after) this.applied.set(element, value);
    this.shared = after.map(item => item.element).filter(element => this.live.has(element));
  }

  merge(): unknown[] {
    let left = 0;
    let right = 0;
    while (left < this.before.length || right < this.after.length) {
      const old = this.before[left];
      const next = this.after[right];
      if (old !== undefined && next !== undefined) {
        if (old.element === next.element) {
          this.place(next.element);
          this.shared.shift();
          left++;
          right++;
          continue;
        }
        // A live item whose turn in the applied order comes later.
        if (this.applied.has(old.element) && this.shared.length > 0 && this.shared[0] !== old.element) {
          left++;
          continue;
        }
      }
      if (old !== undefined) {
        if (!this.applied.has(old.element)) {
          this.out.push(old.value);
          left++;
          continue;
        }
        if (this.merged.has(old.element)) left++;
      }
      if (next !== undefined) {
        this.place(next.element);
        right++;
        if (this.shared[0] === next.element) this.shared.shift();
      }
    }
    return this.out;
  }

  private place(element: PathElement): void {
    this.merged.add(element);
    this.out.push(mergeObjects(this.schema.items, this.live.get(element), this.applied.get(element)));
  }
}
