/**
 * Who sends a request, and what they may do: certificates, tokens of accounts and of nodes that join, impersonation,
 * RBAC with Kubernetes' default roles, the node authorizer, and the reviews that answer questions about both.
 *
 * Start reading at `access-control.ts`, then `rbac/rbac-policy.ts`.
 */
export { AccessControl, type AccessControlOptions } from './access-control.ts';
export type { AuthenticationOptions } from './authentication-options.ts';
export type { Authenticator, Credentials } from './authenticator.ts';
export { forbiddenError } from './forbidden.ts';
export { FrontProxyAuthenticator } from './front-proxy-authenticator.ts';
export { impersonate } from './impersonation/index.ts';
export {
  type AnonymousAccess,
  checkExpressions,
  type JwtIssuer,
  type JwtSignatures,
  signingAlgorithms,
  validateIssuers,
} from './oidc/index.ts';
export { RbacAuthorizer, RbacPolicy } from './rbac/index.ts';
export {
  formatServiceAccountUser,
  parseServiceAccountUser,
  type ServiceAccountName,
  serviceAccountGroups,
} from './service-account-name.ts';
export {
  defaultIssuer,
  type LegacyTokenClaims,
  type ObjectClaim,
  type TokenAuthenticator,
  type TokenClaims,
  type TokenOutcome,
  type TokenSettings,
  type TokenSigner,
} from './tokens/index.ts';
export type { AccessWebhookOptions, TokenWebhookOptions, WebhookTarget } from './webhook/index.ts';
export { anonymousUser, groups, serverUser } from './well-known-users.ts';
