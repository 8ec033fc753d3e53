/** What a named object of the table is; chains list their rules in nft's language. */
export type TableObject =
  | { readonly kind: 'set' | 'map'; readonly name: string; readonly definition: string }
  | { readonly kind: 'chain'; readonly name: string; readonly rules: readonly string[] };

/** An entry of a set (`value` is empty) or a map, in nft's language: `10.96.0.1 . tcp . 443` → `goto ip-outside-tcp-1`. */
export interface Element {
  readonly container: string;
  readonly key: string;
  readonly value: string;
}

/** What one Service puts into the table. Several Services may put in the same thing: see `RulesetLedger`. */
export interface Contribution {
  readonly objects: readonly TableObject[];
  readonly elements: readonly Element[];
}

/** Everything in the table beyond its skeleton. Objects by `kind name`; elements by container, then key. */
export interface RulesetModel {
  readonly objects: ReadonlyMap<string, TableObject>;
  readonly elements: ReadonlyMap<string, ReadonlyMap<string, string>>;
}

/** What leads from one model to the next. A changed element is removed and added; a changed chain is in `changedChains`. */
export interface RulesetChange {
  readonly removedElements: readonly Element[];
  readonly addedElements: readonly Element[];
  readonly removedObjects: readonly TableObject[];
  readonly addedObjects: readonly TableObject[];
  /** As they are to be from now on. */
  readonly changedChains: readonly TableObject[];
}

export const emptyModel: RulesetModel = { objects: new Map(), elements: new Map() };

export function objectKey(object: TableObject): string {
  return `${object.kind} ${object.name}`;
}

/** Two objects of the same name are the same unless a chain's rules differ: definitions are part of the names. */
export function isSameObject(a: TableObject, b: TableObject): boolean {
  if (a.kind === 'chain' && b.kind === 'chain') {
    return a.rules.length === b.rules.length && a.rules.every((rule, i) => rule === b.rules[i]);
  }
  return a.kind !== 'chain' && b.kind !== 'chain' && a.definition === b.definition;
}

export function isEmptyChange(change: RulesetChange): boolean {
  return (
    change.removedElements.length === 0 &&
    change.addedElements.length === 0 &&
    change.removedObjects.length === 0 &&
    change.addedObjects.length === 0 &&
    change.changedChains.length === 0
  );
}

/** The change that leads from `previous` to `next`, in the order of their keys. */
export function diffModels(previous: RulesetModel, next: RulesetModel): RulesetChange {
  const change = emptyChange();
  for (const [key, object] of previous.objects) recordObject(change, object, next.objects.get(key));
  for (const [key, object] of next.objects) if (!previous.objects.has(key)) recordObject(change, undefined, object);
  for (const [container, elements] of previous.elements) {
    const after = next.elements.get(container);
    for (const [key, value] of elements) recordElement(change, container, key, value, after?.get(key));
  }
  for (const [container, elements] of next.elements) {
    const before = previous.elements.get(container);
    for (const [key, value] of elements) {
      if (before?.has(key) !== true) recordElement(change, container, key, undefined, value);
    }
  }
  return change;
}

interface MutableChange extends RulesetChange {
  readonly removedElements: Element[];
  readonly addedElements: Element[];
  readonly removedObjects: TableObject[];
  readonly addedObjects: TableObject[];
  readonly changedChains: TableObject[];
}

export function emptyChange(): MutableChange {
  return { removedElements: [], addedElements: [], removedObjects: [], addedObjects: [], changedChains: [] };
}

export function recordElement(
  change: MutableChange,
  container: string,
  key: string,
  before: string | undefined,
  after: string | undefined,
): void {
  if (before === after) return;
  if (before !== undefined) change.removedElements.push({ container, key, value: before });
  if (after !== undefined) change.addedElements.push({ container, key, value: after });
}

export function recordObject(
  change: MutableChange,
  before: TableObject | undefined,
  after: TableObject | undefined,
): void {
  if (before !== undefined && after !== undefined) {
    if (isSameObject(before, after)) return;
    if (after.kind !== 'chain') throw new Error(`${after.kind} ${after.name} changed its definition`);
    change.changedChains.push(after);
  } else if (before !== undefined) change.removedObjects.push(before);
  else if (after !== undefined) change.addedObjects.push(after);
}

/** The model that `change` makes of `model`; throws where the change does not fit, as the kernel would refuse it. */
export function applyChange(model: RulesetModel, change: RulesetChange): RulesetModel {
  const objects = new Map(model.objects);
  const elements = new Map([...model.elements].map(([container, entries]) => [container, new Map(entries)]));
  for (const { container, key } of change.removedElements) {
    const entries = elements.get(container);
    if (entries?.delete(key) !== true) throw new Error(`no element ${key} in ${container}`);
    if (entries.size === 0) elements.delete(container);
  }
  for (const object of change.removedObjects) {
    if (!objects.delete(objectKey(object))) throw new Error(`no ${objectKey(object)}`);
  }
  for (const object of change.addedObjects) {
    if (objects.has(objectKey(object))) throw new Error(`${objectKey(object)} exists`);
    objects.set(objectKey(object), object);
  }
  for (const chain of change.changedChains) {
    if (!objects.has(objectKey(chain))) throw new Error(`no ${objectKey(chain)}`);
    objects.set(objectKey(chain), chain);
  }
  for (const { container, key, value } of change.addedElements) {
    const entries = elements.get(container) ?? new Map<string, string>();
    elements.set(container, entries);
    if (entries.has(key)) throw new Error(`element ${key} in ${container} exists`);
    entries.set(key, value);
  }
  return { objects, elements };
}
