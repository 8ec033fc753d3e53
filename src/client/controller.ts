import type { KubeObject, ResourceType } from '../machinery/index.ts';
import type { Random } from '../world/index.ts';
import type { Step } from './step.ts';

/**
 * A controller as data: what it looks at, and a pure function from what it sees to what should be done. One file a
 * controller, one line in the list of `controllers/index.ts`; the runner does everything else.
 */
export interface Controller<T extends KubeObject = KubeObject> {
  /** As upstream names it in the source of its events: `replicaset-controller`. */
  readonly name: string;
  /** The ServiceAccount in kube-system that it acts as, where that is not its name; its ClusterRole goes by the same. */
  readonly serviceAccount?: string | undefined;
  /** The kind whose keys it reconciles. */
  readonly primary: ResourceType<T>;
  /** Other kinds it looks at; a change there leads to the keys of primaries that `keysOf` names. */
  readonly secondaries?: readonly Secondary[] | undefined;
  /** Indexes that its reconcile reads through `view.listIndexed`. */
  readonly indexes?: readonly IndexDeclaration[] | undefined;
  /** How many keys may be reconciled at a time. Default 5, as upstream. With 1 each round sees all earlier ones' writes. */
  readonly concurrency?: number | undefined;
  /**
   * The steps that lead from what is to what should be. `object` is undefined when the key's object is gone. Called
   * again whenever something that it watches changes; must be idempotent and must not touch what it is given.
   */
  reconcile(object: T | undefined, context: ReconcileContext): readonly Step[];
}

export interface Secondary<S extends KubeObject = KubeObject> {
  readonly type: ResourceType<S>;
  /**
   * Keys (`namespace/name`, or `name`) of the primaries that a change concerns. Called with the new and, where there was
   * one, the old object. Absent: the primaries are the object's controller owners.
   */
  keysOf?(object: S, view: View): readonly string[];
  /**
   * Whether a change of an object that stays is worth looking at. Called before `keysOf`; absent: every change is. Keeps
   * heartbeats from waking everybody.
   */
  isRelevant?(object: S, previous: S): boolean;
}

/** An index over one kind; two controllers that declare the same name over the same kind share it. */
export interface IndexDeclaration<S extends KubeObject = KubeObject> {
  readonly type: ResourceType<S>;
  readonly name: string;
  valuesOf(object: S): readonly string[];
}

export interface ReconcileContext {
  readonly key: string;
  readonly view: View;
  /** Milliseconds since the epoch. */
  readonly now: number;
  readonly random: Random;
}

/**
 * What a controller can see: the informers' state, read in place. The runner only reconciles a key once the view
 * contains the outcome of that key's own earlier writes, so a controller never acts on its own past (this replaces
 * client-go's expectations).
 */
export interface View {
  get<T extends KubeObject>(type: ResourceType<T>, namespace: string | undefined, name: string): T | undefined;
  /** All objects of a kind, or those of one namespace. Order: by key. */
  list<T extends KubeObject>(type: ResourceType<T>, namespace?: string): readonly T[];
  /** Objects whose controller owner reference names `ownerUid`; an index, not a scan. */
  listOwned<T extends KubeObject>(type: ResourceType<T>, ownerUid: string): readonly T[];
  /** Objects under an index that a controller declares, such as pods by `spec.nodeName`. Order: by key. */
  listIndexed<T extends KubeObject>(type: ResourceType<T>, index: string, value: string): readonly T[];
}
