/**
 * What pods may occupy of the node's disk: limits of ephemeral storage and of emptyDirs, and the end of pods that exceed
 * them. What is done when the disk itself becomes full is absent.
 *
 * Start reading at `find-excess.ts`.
 */
export { findExcess, hasStorageLimits, type StorageUsage } from './find-excess.ts';
export { StorageLimits } from './storage-limits.ts';
