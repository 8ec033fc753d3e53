/**
 * Tokens of OpenID Connect issuers: whose keys signed them, and what their claims make of their bearer. Configured by
 * flags or by an AuthenticationConfiguration; checked in upstream's words before anything starts.
 *
 * Start reading at `jwt-authenticator.ts`, then `claim-mapping.ts`.
 */
export { type ClaimExpressions, noExpressions } from './claim-expressions.ts';
export { checkExpressions, compileExpressions } from './compile-expressions.ts';
export { JwtAuthenticator } from './jwt-authenticator.ts';
export {
  type AnonymousAccess,
  type ClaimMappings,
  type ClaimValidationRule,
  type JwtIssuer,
  type JwtSignatures,
  signingAlgorithms,
} from './jwt-issuer.ts';
export { validateIssuers } from './validate-issuer.ts';
