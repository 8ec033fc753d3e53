import { isDeepEqual, isJsonObject, type JsonObject, ownField } from '../json/index.ts';
import type { ListSchema, MapSchema, ObjectSchema, Schema } from '../schema/schema.ts';
import { emptyFieldSet, type FieldSet } from './field-set.ts';
import { FieldSetBuilder } from './field-set-builder.ts';
import type { PathElement } from './path-element.ts';
import {
  absentValue,
  childSchema,
  elementOf,
  haveSameKeys,
  isEmptyObject,
  isGranularList,
  isGranularObject,
  shapeOf,
} from './shape.ts';

/** What differs between two objects, as paths. */
export interface Changes {
  /** Added or given another value. */
  readonly written: FieldSet;
  readonly removed: FieldSet;
}

const noChanges: Changes = { written: emptyFieldSet, removed: emptyFieldSet };

/**
 * The paths in which `updated` differs from `live`; undefined stands for no object at all. Parts that are the same by
 * reference are not looked at. `ignored` names fields of the top level and of metadata that nobody owns.
 * Kubernetes: structured-merge-diff's `Compare`.
 */
export function compareObjects(schema: Schema, live: unknown, updated: unknown, ignored?: IgnoredFields): Changes {
  if (live === updated) return noChanges;
  const comparison = new Comparison(ignored);
  comparison.compare(schema, live, updated);
  return comparison.changes();
}

/** Fields of the top level, and of metadata, that nobody owns. */
export interface IgnoredFields {
  readonly top: ReadonlySet<string>;
  readonly metadata: ReadonlySet<string>;
}

class Comparison {
  private readonly ignored: IgnoredFields | undefined;
  private readonly path: PathElement[] = [];
  private written: FieldSetBuilder | undefined;
  private removed: FieldSetBuilder | undefined;

  constructor(ignored: IgnoredFields | undefined) {
    this.ignored = ignored;
  }

  changes(): Changes {
    if (this.written === undefined && this.removed === undefined) return noChanges;
    return { written: this.written?.build() ?? emptyFieldSet, removed: this.removed?.build() ?? emptyFieldSet };
  }

  compare(schema: Schema, live: unknown, updated: unknown): void {
    const before = shapeOf(schema, live);
    const after = shapeOf(schema, updated);
    // Kubernetes: a value that has changed its type is looked at as both.
    if (before !== after && live !== undefined && updated !== undefined) this.compareAs(before, live, updated);
    this.compareAs(updated === undefined ? before : after, live, updated);
  }

  private compareAs(shape: Schema, live: unknown, updated: unknown): void {
    if (isGranularObject(shape)) this.compareGranularObject(shape, live, updated);
    else if (isGranularList(shape)) this.compareGranularList(shape, live, updated);
    else this.compareLeaf(live, updated);
  }

  private compareLeaf(live: unknown, updated: unknown): void {
    if (live === undefined || updated === undefined) this.recordPresence(live, updated);
    else if (!isDeepEqual(live, updated)) this.recordWritten();
  }

  private recordWritten(): void {
    this.written ??= new FieldSetBuilder();
    this.written.insert(this.path);
  }

  /** The path itself came or went. */
  private recordPresence(live: unknown, updated: unknown): void {
    if (this.path.length === 0 || (live === undefined) === (updated === undefined)) return;
    // Nobody owns metadata itself.
    if (this.ignored !== undefined && this.path.length === 1 && this.path[0] === 'f:metadata') return;
    if (live === undefined) this.recordWritten();
    else {
      this.removed ??= new FieldSetBuilder();
      this.removed.insert(this.path);
    }
  }

  private compareGranularObject(schema: ObjectSchema | MapSchema, live: unknown, updated: unknown): void {
    const one = isJsonObject(live) ? live : undefined;
    const other = isJsonObject(updated) ? updated : undefined;
    if ((one === undefined || isEmptyObject(one)) && (other === undefined || isEmptyObject(other))) {
      this.compareLeaf(live, updated);
      return;
    }
    const skipped = this.skippedHere();
    if (other !== undefined) {
      for (const key in other) {
        if (skipped?.has(key) !== true) this.compareField(schema, key, one, other);
      }
    }
    if (one !== undefined) {
      for (const key in one) {
        const isGone = other === undefined || ownField(other, key) === undefined;
        if (isGone && skipped?.has(key) !== true) this.compareField(schema, key, one, other);
      }
    }
    this.recordPresence(live, updated);
  }

  private skippedHere(): ReadonlySet<string> | undefined {
    if (this.ignored === undefined || this.path.length > 1) return undefined;
    if (this.path.length === 0) return this.ignored.top;
    return this.path[0] === 'f:metadata' ? this.ignored.metadata : undefined;
  }

  private compareField(
    schema: ObjectSchema | MapSchema,
    key: string,
    live: JsonObject | undefined,
    updated: JsonObject | undefined,
  ): void {
    let before = live && ownField(live, key);
    let after = updated && ownField(updated, key);
    if (before === after) return;
    if (before === undefined || after === undefined) {
      const absent = schema.type === 'object' ? absentValue(schema.fields.get(key)) : undefined;
      if (before === undefined && (live !== undefined || this.path.length === 0)) before = absent;
      if (after === undefined && (updated !== undefined || this.path.length === 0)) after = absent;
    }
    this.path.push(`f:${key}`);
    this.compare(childSchema(schema, key), before, after);
    this.path.pop();
  }

  private compareGranularList(schema: ListSchema, live: unknown, updated: unknown): void {
    const one: readonly unknown[] = Array.isArray(live) ? live : [];
    const other: readonly unknown[] = Array.isArray(updated) ? updated : [];
    if (one.length === 0 && other.length === 0) {
      this.compareLeaf(live, updated);
      return;
    }
    if (one.length !== other.length || !one.every((item, index) => haveSameKeys(schema, item, other[index]))) {
      this.compareItemsByElement(schema, one, other);
    } else this.compareItemsByPlace(schema, one, other);
    this.recordPresence(live, updated);
  }

  /** The usual case: the same items in the same order. */
  private compareItemsByPlace(schema: ListSchema, live: readonly unknown[], updated: readonly unknown[]): void {
    for (let index = 0; index < live.length; index++) {
      if (live[index] === updated[index]) continue;
      this.compareItem(schema, elementOf(schema, live[index]), live[index], updated[index]);
    }
  }

  private compareItem(schema: ListSchema, element: PathElement | undefined, live: unknown, updated: unknown): void {
    if (element === undefined || live === updated) return;
    this.path.push(element);
    this.compare(schema.items, live, updated);
    this.path.pop();
  }

  private compareItemsByElement(schema: ListSchema, live: readonly unknown[], updated: readonly unknown[]): void {
    const before = groupItems(schema, live);
    const after = groupItems(schema, updated);
    for (const element of new Set([...before.keys(), ...after.keys()])) {
      this.compareGroup(schema, element, before.get(element) ?? [], after.get(element) ?? []);
    }
  }

  /** Kubernetes: items that occur twice are owned as one. */
  private compareGroup(
    schema: ListSchema,
    element: PathElement,
    live: readonly unknown[],
    updated: readonly unknown[],
  ): void {
    if (live.length <= 1 && updated.length <= 1) {
      this.compareItem(schema, element, live[0], updated[0]);
      return;
    }
    this.path.push(element);
    if (live.length >= 2 && updated.length >= 2) {
      if (!isDeepEqual(live, updated)) this.recordWritten();
    } else if (live.length >= 2) this.recordPresence(live, undefined);
    else this.recordPresence(undefined, updated);
    this.path.pop();
  }
}

function groupItems(schema: ListSchema, items: readonly unknown[]): Map<PathElement, unknown[]> {
  const groups = new Map<PathElement, unknown[]>();
  for (const item of items) {
    const element = elementOf(schema, item);
    if (element === undefined) continue;
    const group = groups.get(element);
    if (group === undefined) groups.set(element, [item]);
    else group.push(item);
  }
  return groups;
}
