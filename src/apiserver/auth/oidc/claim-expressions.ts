import type { JsonObject } from '../../../machinery/index.ts';

/** The CEL expressions of one issuer's configuration. Throws a `ClaimError` with upstream's words where one fails. */
export interface ClaimExpressions {
  evaluate(
    expression: string,
    variables: { readonly claims?: JsonObject; readonly user?: JsonObject },
    what: string,
  ): unknown;
}

/** For an issuer without expressions. */
export const noExpressions: ClaimExpressions = {
  evaluate(expression) {
    throw new Error(`nobody has compiled ${expression}`);
  },
};
