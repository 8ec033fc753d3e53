import type { JwtSignatures } from '../../apiserver/auth/index.ts';

/** Verifies signatures of issuers' tokens, by `jose`, which is loaded when the first one comes. */
export const jwtSignatures: JwtSignatures = {
  async verify(token, keySet, algorithms) {
    const { compactVerify, createLocalJWKSet, errors } = await import('jose');
    try {
      const { keys } = JSON.parse(keySet) as { readonly keys: readonly object[] };
      for (const candidates of candidateSets(keys)) {
        try {
          await compactVerify(token, createLocalJWKSet({ keys: candidates as never }), {
            algorithms: [...algorithms],
          });
          return true;
        } catch (error) {
          if (!(error instanceof errors.JOSEError)) throw error;
        }
      }
      return false;
    } catch (error) {
      // A key that is none, in a set that somebody else has written.
      if (error instanceof TypeError || error instanceof SyntaxError) return false;
      throw error;
    }
  },
};

/** The whole set, and each key by itself: a token may name none of several that would fit. */
function* candidateSets(keys: readonly object[]): Generator<readonly object[]> {
  yield keys;
  if (keys.length > 1) for (const key of keys) yield [key];
}
