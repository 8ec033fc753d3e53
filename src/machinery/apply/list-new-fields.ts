import { isDeepEqual, isJsonObject, type JsonObject } from '../json/index.ts';
import type { FieldSchema, ListSchema, MapSchema, ObjectSchema, Schema } from '../schema/schema.ts';
import type { IgnoredFields } from './compare-objects.ts';
import { emptyFieldSet, type FieldSet } from './field-set.ts';
import { comparePathElements, type PathElement, self } from './path-element.ts';
import {
  absentValue,
  childSchema,
  elementOf,
  isEmptyObject,
  isGranularList,
  isGranularObject,
  shapeOf,
} from './shape.ts';

/**
 * The paths that an object writes where there was none before: what `compareObjects` finds between nothing and the
 * object, in one walk that builds the set as it will be written. Creating is common, and most of what it owns is alike,
 * so structs without anything granular inside (a variable, a port) share one node for each choice of fields.
 */
export function listNewFields(schema: Schema, object: unknown, ignored: IgnoredFields): FieldSet {
  const shape = shapeOf(schema, undefined, object);
  if (!isGranularObject(shape) || !isJsonObject(object)) return emptyFieldSet;
  const node: Record<PathElement, FieldSet> = {};
  for (const key of sortedKeys(object)) {
    if (ignored.top.has(key)) continue;
    const skipped = key === 'metadata' ? ignored.metadata : undefined;
    const child = visitField(shape, key, object[key], true, skipped);
    if (child !== undefined) node[`f:${key}`] = child;
  }
  return node;
}

/**
 * A field's node; undefined when nothing of it is written. `isStanding`: the struct around it counts as having been
 * there, empty (see `absentValue`), and so do its own structs by value.
 */
function visitField(
  parent: ObjectSchema | MapSchema,
  key: string,
  value: unknown,
  isStanding: boolean,
  skipped?: ReadonlySet<string>,
): FieldSet | undefined {
  const field = parent.type === 'object' ? parent.fields.get(key) : undefined;
  const absent = absentValue(field);
  const given = value ?? absent;
  if (given === undefined) return undefined;
  const stands = isStanding && absent !== undefined;
  return visit(childSchema(parent, key), given, stands, skipped);
}

/** `stands`: the value replaces an empty object, so it is not itself what is new. */
function visit(schema: Schema, value: unknown, stands: boolean, skipped?: ReadonlySet<string>): FieldSet | undefined {
  const shape = shapeOf(schema, stands ? emptyFieldSet : undefined, value);
  if (isGranularObject(shape) && isJsonObject(value) && !isEmptyObject(value)) {
    return visitFields(shape, value, stands, skipped);
  }
  if (isGranularList(shape) && Array.isArray(value) && value.length > 0) return visitItems(shape, value, stands);
  // Nobody owns metadata itself.
  if (skipped !== undefined && !stands) return undefined;
  return stands && isDeepEqual(value, emptyFieldSet) ? undefined : emptyFieldSet;
}

function visitFields(
  schema: ObjectSchema | MapSchema,
  value: JsonObject,
  stands: boolean,
  skipped: ReadonlySet<string> | undefined,
): FieldSet | undefined {
  const isMember = !stands && skipped === undefined;
  if (isMember && schema.type === 'object') {
    const shared = shareNode(schema, value);
    if (shared !== undefined) return shared;
  }
  const node: Record<PathElement, FieldSet> = isMember ? { [self]: emptyFieldSet } : {};
  let count = 0;
  for (const key of sortedKeys(value)) {
    if (skipped?.has(key) === true) continue;
    const child = visitField(schema, key, value[key], stands);
    if (child === undefined) continue;
    node[`f:${key}`] = child;
    count++;
  }
  if (count > 0) return node;
  return isMember ? emptyFieldSet : undefined;
}

function visitItems(schema: ListSchema, items: readonly unknown[], stands: boolean): FieldSet | undefined {
  const children = new Map<PathElement, FieldSet>();
  for (let i = 0; i < items.length; i++) {
    const element = elementOf(schema, items[i]);
    if (element === undefined) continue;
    // Kubernetes: items that occur twice are owned as one.
    const child = children.has(element) ? emptyFieldSet : visit(schema.items, items[i], false);
    if (child !== undefined) children.set(element, child);
  }
  if (children.size === 0) return stands ? undefined : emptyFieldSet;
  const node: Record<PathElement, FieldSet> = stands ? {} : { [self]: emptyFieldSet };
  const elements = [...children.keys()];
  if (elements.length > 1) elements.sort(comparePathElements);
  for (const element of elements) node[element] = children.get(element)!;
  return node;
}

/** Fields are written in the order of their names. */
function sortedKeys(value: JsonObject): readonly string[] {
  const keys: string[] = [];
  let isSorted = true;
  for (const key in value) {
    if (value[key] === undefined) continue;
    if (isSorted && keys.length > 0 && key < keys[keys.length - 1]!) isSorted = false;
    keys.push(key);
  }
  return isSorted ? keys : keys.sort();
}

/** Fields in the order in which an object had them, and the node that they make. */
interface SharedNode {
  readonly names: readonly string[];
  node: FieldSet | undefined;
  readonly next: Map<string, SharedNode>;
}

interface Struct {
  readonly plain: ReadonlySet<string>;
  readonly root: SharedNode;
  size: number;
}

/** A struct of n fields has at most so many orders and choices of them that are remembered. */
const sharedNodesMax = 256;
const structs = new WeakMap<ObjectSchema, Struct>();

/** The node of a struct whose fields are all plain values, which depends on their names alone; undefined for others. */
function shareNode(schema: ObjectSchema, value: JsonObject): FieldSet | undefined {
  const struct = structOf(schema);
  let at = struct.root;
  for (const key in value) {
    const child = value[key];
    if (child === undefined) continue;
    if (child === null || !struct.plain.has(key)) return undefined;
    let next = at.next.get(key);
    if (next === undefined) {
      if (struct.size >= sharedNodesMax) return undefined;
      struct.size++;
      next = { names: [...at.names, key], node: undefined, next: new Map() };
      at.next.set(key, next);
    }
    at = next;
  }
  at.node ??= makeNode(at.names);
  return at.node;
}

function structOf(schema: ObjectSchema): Struct {
  let struct = structs.get(schema);
  if (struct === undefined) {
    const plain = new Set<string>();
    for (const [name, field] of schema.fields) if (isPlain(field)) plain.add(name);
    struct = { plain, root: { names: [], node: undefined, next: new Map() }, size: 0 };
    structs.set(schema, struct);
  }
  return struct;
}

/** Owned as one whatever its value is. */
function isPlain({ schema }: FieldSchema): boolean {
  return schema.type !== 'any' && !isGranularObject(schema) && !isGranularList(schema);
}

function makeNode(names: readonly string[]): FieldSet {
  const node: Record<PathElement, FieldSet> = { [self]: emptyFieldSet };
  for (const name of names.toSorted()) node[`f:${name}`] = emptyFieldSet;
  return node;
}
