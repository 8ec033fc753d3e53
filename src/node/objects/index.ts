/**
 * The ConfigMaps and Secrets that pods of this node refer to, followed one by one.
 */
export { listReferences, type ObjectReference, type ReferenceKind } from './list-references.ts';
export { type ObjectLookup, ReferencedObjects } from './referenced-objects.ts';
