import type { JsonObject } from '../json/index.ts';
import type { FieldSchema, ListSchema, MapSchema, ObjectSchema } from '../schema/schema.ts';
import { emptyFieldSet, type FieldSet } from './field-set.ts';
import { comparePathElements, type PathElement, self } from './path-element.ts';
import { isGranularList, isGranularObject } from './shape.ts';

/**
 * Nodes of field sets that have been built before. Objects of a kind are mostly alike, copies of one template even the
 * same, so what they own is one set that all of them share instead of one for each to build, hold and have collected.
 *
 * A trie for each schema: its steps are the names that a value has, in the value's order, each with the node below it.
 */
interface Step {
  readonly before: Step | undefined;
  readonly name: string;
  readonly child: FieldSet;
  /** The same name with another node below it. */
  readonly other: Step | undefined;
  /** The name stands earlier on the way, too: only lists have that. */
  readonly isRepeated: boolean;
  /** A field that is a plain value whatever it is, and so are all before it. */
  readonly isPlain: boolean;
  next: Map<string, Step> | undefined;
  node: FieldSet | undefined;
}

type Granular = ObjectSchema | MapSchema | ListSchema;

interface Tries {
  readonly member: Step;
  readonly plain: Step;
  size: number;
}

/** Steps that are remembered for one schema: names may be the client's to choose. */
const stepsMax = 512;
const triesOf = new WeakMap<Granular, Tries>();

/**
 * The node of these names, each with the node below it; undefined when a name occurs twice. The nodes below must be
 * shared ones themselves. `toElement` turns a name's place into its path element.
 */
export function shareNode(
  schema: Granular,
  isMember: boolean,
  names: readonly string[],
  children: readonly FieldSet[],
  toElement: (index: number) => PathElement,
): FieldSet | undefined {
  const tries = openTries(schema);
  let at = isMember ? tries.member : tries.plain;
  for (let i = 0; i < names.length; i++) at = follow(tries, at, names[i]!, children[i]!);
  if (at.isRepeated) return undefined;
  at.node ??= buildNode(isMember, names.length, toElement, children);
  return at.node;
}

/**
 * The node of a struct whose fields are all plain values (a variable, a port): its names alone tell it. Undefined for any
 * other struct.
 */
export function sharePlainNode(schema: ObjectSchema, value: JsonObject): FieldSet | undefined {
  const tries = openTries(schema);
  let at = tries.member;
  for (const name in value) {
    const field = value[name];
    if (field === undefined) continue;
    if (field === null) return undefined;
    const next = at.next?.get(name);
    if (next?.isPlain === true) at = next;
    else if (isPlain(schema.fields.get(name))) at = follow(tries, at, name, emptyFieldSet, true);
    else return undefined;
  }
  at.node ??= buildPlainNode(at);
  return at.node;
}

/** Owned as one whatever its value is. */
function isPlain(field: FieldSchema | undefined): boolean {
  if (field === undefined || field.schema.type === 'any') return false;
  return !isGranularObject(field.schema) && !isGranularList(field.schema);
}

function buildPlainNode(last: Step): FieldSet {
  const names: string[] = [];
  for (let step = last; step.before !== undefined; step = step.before) names.push(step.name);
  const children = names.map(() => emptyFieldSet);
  return buildNode(true, names.length, index => `f:${names[index]}`, children);
}

/** A node that is nobody else's. */
export function buildNode(
  isMember: boolean,
  count: number,
  toElement: (index: number) => PathElement,
  children: readonly FieldSet[],
): FieldSet {
  if (count === 0) return emptyFieldSet;
  const pairs: [PathElement, FieldSet][] = [];
  for (let i = 0; i < count; i++) pairs.push([toElement(i), children[i]!]);
  pairs.sort((left, right) => comparePathElements(left[0], right[0]));
  const node = emptyNode(isMember, pairs);
  for (const [element, child] of pairs) node[element] = child;
  return node;
}

/** V8 keeps an object with many computed names as a hash table, whose JSON takes three times as long, unless parsed. */
function emptyNode(isMember: boolean, pairs: readonly [PathElement, FieldSet][]): Record<PathElement, FieldSet> {
  const node: Record<PathElement, FieldSet> = isMember ? { [self]: emptyFieldSet } : {};
  if (pairs.length <= hashTableMin) return node;
  for (const [element] of pairs) node[element] = emptyFieldSet;
  return JSON.parse(JSON.stringify(node)) as Record<PathElement, FieldSet>;
}

const hashTableMin = 10;

function openTries(schema: Granular): Tries {
  let tries = triesOf.get(schema);
  if (tries === undefined || tries.size >= stepsMax) {
    tries = { member: firstStep(), plain: firstStep(), size: 0 };
    triesOf.set(schema, tries);
  }
  return tries;
}

function firstStep(): Step {
  return {
    before: undefined,
    name: '',
    child: emptyFieldSet,
    other: undefined,
    isRepeated: false,
    isPlain: true,
    next: undefined,
    node: undefined,
  };
}

function follow(tries: Tries, at: Step, name: string, child: FieldSet, isPlain = false): Step {
  const known = at.next?.get(name);
  for (let step = known; step !== undefined; step = step.other)
    if (step.child === child && step.isPlain === isPlain) return step;
  const isRepeated = at.isRepeated || isOnWay(at, name);
  const step: Step = { before: at, name, child, other: known, isRepeated, isPlain, next: undefined, node: undefined };
  at.next ??= new Map();
  at.next.set(name, step);
  tries.size++;
  return step;
}

function isOnWay(last: Step, name: string): boolean {
  for (let step = last; step.before !== undefined; step = step.before) if (step.name === name) return true;
  return false;
}
