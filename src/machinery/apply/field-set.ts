import type { FieldsV1 } from '../object.ts';
import { comparePathElements, formatPathElement, type PathElement, self } from './path-element.ts';

/**
 * Sets of field paths. A set *is* its encoded form, `fieldsV1`: an immutable trie of path elements, in which a node
 * without children, or with a `.`, is a member. So nothing is decoded or encoded, and sets of unchanged entries are
 * shared by reference. Kubernetes: structured-merge-diff's `fieldpath.Set`.
 */
export type FieldSet = FieldsV1;

export const emptyFieldSet: FieldSet = {};
const leaf: FieldSet = {};

/** Whether the set holds no path. (The root is never a member.) */
export function isEmptySet(set: FieldSet): boolean {
  for (const _ in set) return false;
  return true;
}

/** Whether a node stands for itself and not only for what is below it. */
export function isMember(node: FieldSet): boolean {
  return node[self] !== undefined || isEmptySet(node);
}

/** A node from whether it is a member and its children; undefined when there is nothing to say. */
function compose(member: boolean, children: [PathElement, FieldSet][]): FieldSet | undefined {
  if (children.length === 0) return member ? leaf : undefined;
  children.sort((left, right) => comparePathElements(left[0], right[0]));
  const node: Record<PathElement, FieldSet> = member ? { [self]: leaf } : {};
  for (const [element, child] of children) node[element] = child;
  return node;
}

/** All paths that are in either set. */
export function uniteSets(left: FieldSet, right: FieldSet): FieldSet {
  if (left === right || isEmptySet(right)) return left;
  if (isEmptySet(left)) return right;
  return compose(false, uniteChildren(left, right))!;
}

function uniteChildren(left: FieldSet, right: FieldSet): [PathElement, FieldSet][] {
  const children: [PathElement, FieldSet][] = [];
  for (const element in left) {
    if (element === self) continue;
    const other = right[element];
    children.push([element, other === undefined ? left[element]! : uniteNodes(left[element]!, other)]);
  }
  for (const element in right) {
    if (element !== self && left[element] === undefined) children.push([element, right[element]!]);
  }
  return children;
}

function uniteNodes(left: FieldSet, right: FieldSet): FieldSet {
  if (left === right) return left;
  return compose(isMember(left) || isMember(right), uniteChildren(left, right))!;
}

/** The paths of `left` that are not in `right`. What lies below a removed path stays. */
export function subtractSet(left: FieldSet, right: FieldSet): FieldSet {
  return subtractChildren(left, right, false, false) ?? emptyFieldSet;
}

/** The paths of `left` that are not in `right`, nor below a path in `right`. */
export function subtractSubtrees(left: FieldSet, right: FieldSet): FieldSet {
  return subtractChildren(left, right, false, true) ?? emptyFieldSet;
}

function subtractChildren(
  left: FieldSet,
  right: FieldSet,
  member: boolean,
  isRecursive: boolean,
): FieldSet | undefined {
  const children: [PathElement, FieldSet][] = [];
  let isSame = true;
  for (const element in left) {
    if (element === self) continue;
    const node = left[element]!;
    const other = right[element];
    const rest = other === undefined ? node : subtractNode(node, other, isRecursive);
    if (rest !== undefined) children.push([element, rest]);
    if (rest !== node) isSame = false;
  }
  if (isSame && member === (left[self] !== undefined)) return left;
  return compose(member, children);
}

function subtractNode(left: FieldSet, right: FieldSet, isRecursive: boolean): FieldSet | undefined {
  const isCovered = isMember(right);
  if (isCovered && (isRecursive || isEmptySet(left))) return undefined;
  if (isEmptySet(left)) return left;
  return subtractChildren(left, right, left[self] !== undefined && !isCovered, isRecursive);
}

/** The paths that are in both sets. */
export function intersectSets(left: FieldSet, right: FieldSet): FieldSet {
  return compose(false, intersectChildren(left, right)) ?? emptyFieldSet;
}

function intersectChildren(left: FieldSet, right: FieldSet): [PathElement, FieldSet][] {
  const children: [PathElement, FieldSet][] = [];
  for (const element in left) {
    const other = right[element];
    if (element === self || other === undefined) continue;
    const node = left[element]!;
    const shared = compose(isMember(node) && isMember(other), intersectChildren(node, other));
    if (shared !== undefined) children.push([element, shared]);
  }
  return children;
}

/** Whether the sets share a path. */
export function doSetsIntersect(left: FieldSet, right: FieldSet): boolean {
  for (const element in left) {
    if (element === self) continue;
    const other = right[element];
    if (other === undefined) continue;
    const node = left[element]!;
    if ((isMember(node) && isMember(other)) || doSetsIntersect(node, other)) return true;
  }
  return false;
}

/** Whether every path of `part` is in `whole`. */
export function isSubset(part: FieldSet, whole: FieldSet): boolean {
  for (const element in part) {
    if (element === self) continue;
    const node = part[element]!;
    const other = whole[element];
    if (other === undefined || (isMember(node) && !isMember(other)) || !isSubset(node, other)) return false;
  }
  return true;
}

/** Whether two sets hold the same paths. */
export function areSetsEqual(left: FieldSet, right: FieldSet): boolean {
  return left === right || (isSubset(left, right) && isSubset(right, left));
}

/** Every path, as upstream prints it: `.spec.containers[name="a"].image`. Members of a node stand before what is in it. */
export function listPaths(set: FieldSet, prefix = ''): string[] {
  const elements = Object.keys(set)
    .filter(element => element !== self)
    .sort(comparePathElements);
  return [
    ...elements.filter(element => isMember(set[element]!)).map(element => prefix + formatPathElement(element)),
    ...elements.flatMap(element => listPaths(set[element]!, prefix + formatPathElement(element))),
  ];
}
