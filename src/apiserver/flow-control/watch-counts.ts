import type { Query } from '../http/query.ts';
import type { RequestInfo } from '../http/request-info.ts';

/**
 * How many watches would be told of a write. Kubernetes: `WatchTracker`: watches of a whole resource, of its namespace
 * and of the very object count; selectors do not, but for pods of one node, which are found by an index.
 */
export class WatchCounts {
  readonly #counts = new Map<string, number>();

  /** Returns how to forget the watch. */
  add(info: RequestInfo, query: Query): () => void {
    if (info.resource === 'pods' && selectsNode(query.get('fieldSelector'))) return () => {};
    const key = keyOf(info, info.namespace, info.name);
    this.#counts.set(key, (this.#counts.get(key) ?? 0) + 1);
    let isForgotten = false;
    return () => {
      if (isForgotten) return;
      isForgotten = true;
      const left = this.#counts.get(key)! - 1;
      if (left === 0) this.#counts.delete(key);
      else this.#counts.set(key, left);
    };
  }

  countInterested(info: RequestInfo): number {
    if (this.#counts.size === 0) return 0;
    let count = this.#count(keyOf(info, '', ''));
    if (info.namespace !== '') count += this.#count(keyOf(info, info.namespace, ''));
    return info.name === '' ? count : count + this.#count(keyOf(info, info.namespace, info.name));
  }

  #count(key: string): number {
    return this.#counts.get(key) ?? 0;
  }
}

function keyOf({ group, resource }: RequestInfo, namespace: string, name: string): string {
  return `${group}/${resource}/${namespace}/${name}`;
}

function selectsNode(fieldSelector: string | undefined): boolean {
  return fieldSelector !== undefined && /(?:^|,)spec\.nodeName==?[^,]/.test(fieldSelector);
}
