import type { UserInfo } from '../../core-contract.ts';

/** What a token proves: a user, for some of the audiences that were asked for. Or why it proves nothing. */
export type TokenOutcome =
  | { readonly user: UserInfo; readonly audiences: readonly string[]; readonly problem?: undefined }
  | { readonly problem: string; readonly user?: undefined };

/** Tells who sends a bearer token of one sort. */
export interface TokenAuthenticator {
  /**
   * Undefined: the token is of another sort. At once wherever it is known already. `audiences`: whom the token must be
   * for; the server itself unless a TokenReview names others.
   */
  authenticate(
    token: string,
    audiences?: readonly string[],
  ): TokenOutcome | undefined | Promise<TokenOutcome | undefined>;
}
