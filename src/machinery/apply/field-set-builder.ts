import { emptyFieldSet, type FieldSet } from './field-set.ts';
import { comparePathElements, type PathElement, self } from './path-element.ts';

interface MutableNode {
  isMember: boolean;
  children: Map<PathElement, MutableNode> | undefined;
}

/** Collects paths into a field set. */
export class FieldSetBuilder {
  private readonly root: MutableNode = { isMember: false, children: undefined };

  /** Adds the path of these elements. */
  insert(path: readonly PathElement[]): void {
    let node = this.root;
    for (const element of path) {
      node.children ??= new Map();
      let child = node.children.get(element);
      if (child === undefined) {
        child = { isMember: false, children: undefined };
        node.children.set(element, child);
      }
      node = child;
    }
    node.isMember = true;
  }

  build(): FieldSet {
    return this.root.children === undefined ? emptyFieldSet : buildNode(this.root.children, false);
  }
}

function buildNode(children: ReadonlyMap<PathElement, MutableNode>, isMember: boolean): FieldSet {
  const node: Record<PathElement, FieldSet> = isMember ? { [self]: emptyFieldSet } : {};
  const elements = children.size === 1 ? children.keys() : [...children.keys()].sort(comparePathElements);
  for (const element of elements) {
    const child = children.get(element)!;
    node[element] = child.children === undefined ? emptyFieldSet : buildNode(child.children, child.isMember);
  }
  return node;
}

/** The set of these paths. */
export function fieldSetOf(...paths: readonly (readonly PathElement[])[]): FieldSet {
  const builder = new FieldSetBuilder();
  for (const path of paths) builder.insert(path);
  return builder.build();
}
