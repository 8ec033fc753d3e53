import { isDeepEqual, isJsonObject, type JsonObject } from '../json/index.ts';
import type { ListSchema, MapSchema, ObjectSchema, Schema } from '../schema/schema.ts';
import type { IgnoredFields } from './compare-objects.ts';
import { emptyFieldSet, type FieldSet } from './field-set.ts';
import type { PathElement } from './path-element.ts';
import {
  absentValue,
  childSchema,
  elementOf,
  isEmptyObject,
  isGranularList,
  isGranularObject,
  shapeOf,
} from './shape.ts';
import { buildNode, shareNode, sharePlainNode } from './shared-nodes.ts';

/**
 * The paths that an object writes where there was none before: what `compareObjects` finds between nothing and the
 * object, in one walk. Creating is common, and objects that are alike get the very same set.
 */
export function listNewFields(schema: Schema, object: unknown, ignored: IgnoredFields): FieldSet {
  return new NewFields(ignored).list(schema, object);
}

class NewFields {
  readonly #ignored: IgnoredFields;
  /** Nodes so far that could not be shared; what contains one cannot be either. */
  #unshared = 0;

  constructor(ignored: IgnoredFields) {
    this.#ignored = ignored;
  }

  list(schema: Schema, object: unknown): FieldSet {
    const shape = shapeOf(schema, object);
    if (!isGranularObject(shape) || !isJsonObject(object)) return emptyFieldSet;
    return this.#visitFields(shape, object, false, true, this.#ignored.top, this.#ignored.metadata) ?? emptyFieldSet;
  }

  /** `stands`: the value replaces an empty object, so it is not itself what is new. */
  #visit(schema: Schema, value: unknown, stands: boolean, skipped?: ReadonlySet<string>): FieldSet | undefined {
    const shape = shapeOf(schema, value);
    // Nobody owns metadata itself.
    const isMember = !stands && skipped === undefined;
    if (isGranularObject(shape) && isJsonObject(value) && !isEmptyObject(value)) {
      const plain = isMember && shape.type === 'object' ? sharePlainNode(shape, value) : undefined;
      return plain ?? this.#visitFields(shape, value, isMember, stands, skipped);
    }
    if (isGranularList(shape) && Array.isArray(value) && value.length > 0)
      return this.#visitItems(shape, value, isMember);
    if (stands) return isDeepEqual(value, emptyFieldSet) ? undefined : emptyFieldSet;
    return isMember ? emptyFieldSet : undefined;
  }

  /** `stands`: the struct counts as having been there, empty, and so do its own structs by value (`absentValue`). */
  #visitFields(
    schema: ObjectSchema | MapSchema,
    value: JsonObject,
    isMember: boolean,
    stands: boolean,
    skipped: ReadonlySet<string> | undefined,
    skippedInMetadata?: ReadonlySet<string>,
  ): FieldSet | undefined {
    const names: string[] = [];
    const children: FieldSet[] = [];
    const unshared = this.#unshared;
    for (const key in value) {
      if (value[key] === undefined || skipped?.has(key) === true) continue;
      const absent = schema.type === 'object' ? absentValue(schema.fields.get(key)) : undefined;
      const below = key === 'metadata' ? skippedInMetadata : undefined;
      const child = this.#visit(childSchema(schema, key), value[key], stands && absent !== undefined, below);
      if (child === undefined) continue;
      names.push(key);
      children.push(child);
    }
    if (names.length === 0) return isMember ? emptyFieldSet : undefined;
    const toElement = (index: number): PathElement => `f:${names[index]}`;
    if (unshared === this.#unshared) return shareNode(schema, isMember, names, children, toElement);
    return buildNode(isMember, names.length, toElement, children);
  }

  #visitItems(schema: ListSchema, items: readonly unknown[], isMember: boolean): FieldSet | undefined {
    const names: string[] = [];
    const children: FieldSet[] = [];
    const unshared = this.#unshared;
    for (let i = 0; i < items.length; i++) {
      const name = plainNameOf(schema, items[i]);
      if (name === undefined) break;
      names.push(name);
      children.push(this.#visit(schema.items, items[i], false)!);
    }
    if (names.length === items.length && unshared === this.#unshared) {
      const toElement = (index: number): PathElement => elementOf(schema, items[index])!;
      const node = shareNode(schema, isMember, names, children, toElement);
      if (node !== undefined) return node;
    }
    this.#unshared++;
    return this.#visitUnusualItems(schema, items, isMember);
  }

  /** Items whose only key is no text, without keys, or with the same ones. */
  #visitUnusualItems(schema: ListSchema, items: readonly unknown[], isMember: boolean): FieldSet | undefined {
    const found = new Map<PathElement, FieldSet>();
    for (const item of items) {
      const element = elementOf(schema, item);
      if (element === undefined) continue;
      // Kubernetes: items that occur twice are owned as one.
      found.set(element, found.has(element) ? emptyFieldSet : this.#visit(schema.items, item, false)!);
    }
    if (found.size === 0) return isMember ? emptyFieldSet : undefined;
    const elements = [...found.keys()];
    return buildNode(isMember, found.size, index => elements[index]!, [...found.values()]);
  }
}

/** What names an item among its likes, as cheaply as that can be told: one text key by its value. */
function plainNameOf(schema: ListSchema, item: unknown): string | undefined {
  if (schema.listType === 'set') return typeof item === 'string' ? item : undefined;
  if (!isJsonObject(item)) return undefined;
  if (schema.keys?.length !== 1) return elementOf(schema, item);
  const value = item[schema.keys[0]!];
  return typeof value === 'string' ? value : undefined;
}
