import type { TokenAuthenticator, TokenOutcome } from './token-authenticator.ts';

/** Kubernetes: what a token is answered with that nobody knows; what those who know it say stands behind it. */
const unknown = 'invalid bearer token';

/** Asks several authenticators in turn, until one knows the user. */
export class TokenUnion {
  readonly #authenticators: readonly TokenAuthenticator[];

  constructor(authenticators: readonly TokenAuthenticator[]) {
    this.#authenticators = authenticators;
  }

  /** At once for as long as those that are asked answer at once. */
  authenticate(token: string, audiences?: readonly string[]): TokenOutcome | Promise<TokenOutcome> {
    return this.#askFrom(0, token, audiences, []);
  }

  #askFrom(
    start: number,
    token: string,
    audiences: readonly string[] | undefined,
    problems: readonly string[],
  ): TokenOutcome | Promise<TokenOutcome> {
    let found = problems;
    for (let i = start; i < this.#authenticators.length; i++) {
      const outcome = this.#authenticators[i]!.authenticate(token, audiences);
      if (outcome instanceof Promise) {
        const before = found;
        return outcome.then(settled =>
          settled?.user === undefined ? this.#askFrom(i + 1, token, audiences, withProblem(before, settled)) : settled,
        );
      }
      if (outcome?.user !== undefined) return outcome;
      found = withProblem(found, outcome);
    }
    return { problem: found.length === 0 ? unknown : `[${[unknown, ...found].join(', ')}]` };
  }
}

function withProblem(problems: readonly string[], outcome: TokenOutcome | undefined): readonly string[] {
  return outcome?.problem === undefined ? problems : [...problems, outcome.problem];
}
