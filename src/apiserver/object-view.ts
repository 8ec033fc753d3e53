import type { KubeObject, ResourceType } from '../machinery/index.ts';

/** Reads what is stored as it is now, at once and without a copy. What admission and allocation look at. */
export interface ObjectView {
  get<T extends KubeObject>(type: ResourceType<T>, namespace: string | undefined, name: string): T | undefined;
  /** All objects of a kind, or those of one namespace, by key. */
  list<T extends KubeObject>(type: ResourceType<T>, namespace?: string): readonly T[];
  /** Whether there is any object of a kind: what to ask before each write. */
  hasAny(type: ResourceType): boolean;
}

/** What can look objects up by the fields that their kinds index. */
export interface IndexedView extends ObjectView {
  /** Those of all namespaces whose field has this value. Throws for a field without an index. */
  listBy<T extends KubeObject>(type: ResourceType<T>, field: string, value: string): readonly T[];
}
