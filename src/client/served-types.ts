import type { ResourceType } from '../machinery/index.ts';

/** What discovery tells the components that work on every kind there is. CRDs make it change. */
export interface ServedTypes {
  /** One entry a resource, in its preferred version; only those that can be listed, watched and deleted. */
  list(): readonly ResourceType[];
  /** The resource of a kind in any served version. */
  findKind(apiVersion: string, kind: string): ResourceType | undefined;
  /**
   * Groups and versions of other servers that could not be asked lately (`example.com/v1`): what they serve, and hold, is
   * not known well enough to rely on. Absent: there are none.
   */
  staleGroups?(): readonly string[];
  /** Tells after every change of the list; returns how to stop listening. */
  onChange(listener: () => void): () => void;
}
