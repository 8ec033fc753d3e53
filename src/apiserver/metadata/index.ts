/**
 * What the server does with an object's metadata beyond checking it: identity, namespaces, owners, managed fields. What
 * metadata must look like is machinery's.
 *
 * Start reading at `managed-fields.ts`.
 */
export { applyConfiguration, trackManagedFields, trackNewObject } from './managed-fields.ts';
export { dropDuplicateOwners } from './owner-references.ts';
export { preconditionFailed } from './preconditions.ts';
export { checkNameMatches, generateName, placeInNamespace, wipeSystemFields } from './request-identity.ts';
