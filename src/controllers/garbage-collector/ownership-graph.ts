import type { KubeObject, OwnerReference, ResourceType } from '../../machinery/index.ts';

/** One object as the collector sees it: who it is, who owns it, what it owns. */
export interface GraphNode {
  readonly uid: string;
  readonly type: ResourceType;
  readonly dependents: Set<string>;
  object: KubeObject;
}

const noOwners: readonly OwnerReference[] = [];

/** Every object by uid, and who depends on whom. References to owners nobody has seen are kept as well. */
export class OwnershipGraph {
  readonly #nodes = new Map<string, GraphNode>();
  /** Dependents of owners that are not (or no longer) in the graph. */
  readonly #waiting = new Map<string, Set<string>>();

  get(uid: string): GraphNode | undefined {
    return this.#nodes.get(uid);
  }

  dependentsOf(uid: string): readonly GraphNode[] {
    const uids = this.#nodes.get(uid)?.dependents ?? this.#waiting.get(uid);
    if (uids === undefined) return [];
    return [...uids].map(each => this.#nodes.get(each)).filter(node => node !== undefined);
  }

  /** Takes in a new or changed object. Returns whether it is new or has changed its owners. */
  set(type: ResourceType, object: KubeObject): boolean {
    const uid = object.metadata.uid ?? '';
    const node = this.#nodes.get(uid);
    if (node === undefined) {
      const dependents = this.#waiting.get(uid) ?? new Set();
      this.#waiting.delete(uid);
      this.#nodes.set(uid, { uid, type, dependents, object });
      for (const owner of object.metadata.ownerReferences ?? noOwners) this.#link(owner.uid, uid);
      return true;
    }
    const before = node.object.metadata.ownerReferences;
    node.object = object;
    const after = object.metadata.ownerReferences;
    if (before === after) return false;
    for (const owner of before ?? noOwners) this.#unlink(owner.uid, uid);
    for (const owner of after ?? noOwners) this.#link(owner.uid, uid);
    return true;
  }

  /** Forgets an object that is gone; what depended on it waits for it from now on. */
  delete(uid: string): void {
    const node = this.#nodes.get(uid);
    if (node === undefined) return;
    this.#nodes.delete(uid);
    if (node.dependents.size > 0) this.#waiting.set(uid, node.dependents);
    for (const owner of node.object.metadata.ownerReferences ?? noOwners) this.#unlink(owner.uid, uid);
  }

  #link(ownerUid: string, uid: string): void {
    let dependents = this.#nodes.get(ownerUid)?.dependents ?? this.#waiting.get(ownerUid);
    if (dependents === undefined) {
      dependents = new Set();
      this.#waiting.set(ownerUid, dependents);
    }
    dependents.add(uid);
  }

  #unlink(ownerUid: string, uid: string): void {
    this.#nodes.get(ownerUid)?.dependents.delete(uid);
    const waiting = this.#waiting.get(ownerUid);
    waiting?.delete(uid);
    if (waiting?.size === 0) this.#waiting.delete(ownerUid);
  }
}
