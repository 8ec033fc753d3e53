/**
 * Who sends a request, and what they may do: certificates, ServiceAccount tokens, impersonation, RBAC with Kubernetes'
 * default roles, the node authorizer, and the reviews that answer questions about both.
 *
 * Start reading at `access-control.ts`, then `rbac/rbac-policy.ts`.
 */
export { AccessControl, type AccessControlOptions } from './access-control.ts';
export type { Authenticator, Credentials } from './authenticator.ts';
export { forbiddenError } from './forbidden.ts';
export { impersonate } from './impersonation.ts';
export { RbacAuthorizer } from './rbac/rbac-authorizer.ts';
export { RbacPolicy } from './rbac/rbac-policy.ts';
export {
  formatServiceAccountUser,
  parseServiceAccountUser,
  type ServiceAccountName,
  serviceAccountGroups,
} from './service-account-name.ts';
export { defaultIssuer, type TokenSettings } from './tokens/token-settings.ts';
export type { ObjectClaim, TokenClaims, TokenSigner } from './tokens/token-signer.ts';
export { anonymousUser, groups, serverUser } from './well-known-users.ts';
