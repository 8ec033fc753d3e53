/**
 * Who sends a request, and what they may do: certificates, ServiceAccount tokens, impersonation, RBAC with Kubernetes'
 * default roles, the node authorizer, and the reviews that answer questions about both.
 *
 * Start reading at `authenticator.ts` and `rbac/rbac-policy.ts`.
 */
export type { Authenticator, Credentials } from './authenticator.ts';
export { forbiddenError } from './forbidden.ts';
export { impersonate } from './impersonation.ts';
export {
  formatServiceAccountUser,
  parseServiceAccountUser,
  type ServiceAccountName,
  serviceAccountGroups,
} from './service-account-name.ts';
export { anonymousUser, groups, serverUser } from './well-known-users.ts';
