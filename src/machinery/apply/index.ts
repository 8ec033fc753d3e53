/**
 * Who owns which field: managed fields after every write, and server-side apply. Driven by schemas alone; the server
 * decides who the manager is and what a request may write at all.
 *
 * Start reading at `field-set.ts`, then `track-update.ts` (every write) and `apply-patch.ts`.
 */
export { type ApplyOutcome, type ApplyPatchOptions, applyPatch } from './apply-patch.ts';
export { type Changes, compareObjects, type IgnoredFields } from './compare-objects.ts';
export { type ApplyConflict, applyConflictError } from './conflict.ts';
export {
  areSetsEqual,
  doSetsIntersect,
  emptyFieldSet,
  type FieldSet,
  intersectSets,
  isEmptySet,
  isSubset,
  listPaths,
  subtractSet,
  subtractSubtrees,
  uniteSets,
} from './field-set.ts';
export { fieldSetOf } from './field-set-builder.ts';
export { lastAppliedAnnotation } from './last-applied.ts';
export { listFields } from './list-fields.ts';
export type { Writer } from './managed-fields.ts';
export { mergeObjects } from './merge-objects.ts';
export type { PathElement } from './path-element.ts';
export { removeFields } from './remove-fields.ts';
export { type TrackUpdateOptions, trackUpdate } from './track-update.ts';
export type { AtVersion, VersionedObject } from './versions.ts';
