/**
 * ServiceAccount tokens: how they are asked for, what they say, and when they no longer count. Signing is a driver's
 * (`drivers/tokens`).
 *
 * Start reading at `token-request.ts`.
 */
export type { NoteSecretUse } from './legacy-token.ts';
export { createTokenRequests } from './token-request.ts';
export { defaultIssuer, type TokenSettings } from './token-settings.ts';
export type { LegacyTokenClaims, ObjectClaim, TokenClaims, TokenSigner } from './token-signer.ts';
export { type TokenOutcome, TokenValidator } from './token-validator.ts';
