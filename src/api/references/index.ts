/**
 * What objects refer to: which Secrets, ConfigMaps, claims and accounts a pod names, and which Secrets a volume does.
 * Pure; decides what a node may read and what a mirror pod must not name.
 *
 * Start reading at `pod-references.ts`.
 */
export { findApiReference } from './api-reference.ts';
export { claimNamesOf, type ReferencedResource, refersTo } from './pod-references.ts';
export { nodeSecretsOf } from './volume-references.ts';
