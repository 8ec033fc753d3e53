/**
 * Signatures for ServiceAccount tokens, by `jose`. What a token says and when it counts is decided in
 * `apiserver/auth/tokens`.
 */
export { createJoseTokenSigner } from './jose-token-signer.ts';
