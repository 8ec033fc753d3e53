/**
 * Which requests a webhook or a policy is about, and how these see the objects: rules, selectors, and the version of the
 * kind that a rule has named. Shared by `webhooks/` and `policies/`.
 *
 * Start reading at `match-request.ts`.
 */
export { type Constraints, type MatchedResource, matchRequest } from './match-request.ts';
export { findNamespace, isSelected, namespaceLabels } from './match-selectors.ts';
export { describeUser, type RequestFacts, readRequestFacts } from './request-facts.ts';
export { readMutated, type ShownObjects, VersionedObjects } from './versioned-objects.ts';
