import type { Invariant } from './invariant.ts';

/** Revisions only grow, and each object carries the revision at which it was written. */
export function growingRevisions(): Invariant {
  let last = 0;
  return {
    name: 'revisions only grow',
    onChange({ key, revision, entry }) {
      if (revision < last) return `${key} was written at ${revision}, after ${last}`;
      last = revision;
      const carried = entry?.value.object.metadata.resourceVersion;
      if (entry !== undefined && carried !== String(revision)) return `${key} of ${revision} says ${carried}`;
      return undefined;
    },
  };
}
