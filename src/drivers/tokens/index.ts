/**
 * Signatures for ServiceAccount tokens, by `jose`, and those that bootstrap tokens make. What a token says and when it
 * counts is decided in `apiserver/auth/tokens`.
 */
export { createJoseTokenSigner } from './jose-token-signer.ts';
export { jwtSignatures } from './jwt-signatures.ts';
export { signDetached } from './sign-detached.ts';
