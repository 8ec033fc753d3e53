/**
 * Role-based access control: the policy as it is stored, indexed by subject; decisions; and the check that nobody gives
 * away rights that they do not have.
 *
 * Start reading at `rbac-policy.ts`.
 */
export { createEscalationCheck } from './escalation-check.ts';
export { PolicyFeed } from './policy-feed.ts';
export { RbacAuthorizer } from './rbac-authorizer.ts';
export { RbacPolicy } from './rbac-policy.ts';
export { aggregateAnew, isAggregated, sortByName } from './role-aggregation.ts';
export { UnionAuthorizer } from './union-authorizer.ts';
