/**
 * Bearer tokens: of ServiceAccounts (how they are asked for, what they say, when they no longer count), and those with
 * which nodes join. Signing is a driver's (`drivers/tokens`).
 *
 * Start reading at `token-authenticator.ts`, then `token-request.ts`.
 */
export { BootstrapTokens } from './bootstrap-tokens.ts';
export type { NoteSecretUse } from './legacy-token.ts';
export type { TokenAuthenticator, TokenOutcome } from './token-authenticator.ts';
export { createTokenRequests } from './token-request.ts';
export { defaultIssuer, type TokenSettings } from './token-settings.ts';
export type { LegacyTokenClaims, ObjectClaim, TokenClaims, TokenSigner } from './token-signer.ts';
export { TokenUnion } from './token-union.ts';
export { TokenValidator } from './token-validator.ts';
