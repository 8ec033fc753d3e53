/**
 * Kubernetes: `JWTAuthenticator` of `apiserver.config.k8s.io/v1` `AuthenticationConfiguration`: an issuer of tokens, and
 * what its tokens' claims make of their bearer. The flags `--oidc-…` are another way to write one.
 */
export interface JwtIssuer {
  readonly issuer: {
    readonly url: string;
    /** Where the issuer describes itself, if not at its well-known path. */
    readonly discoveryURL?: string | undefined;
    /** PEM. Absent: the authorities that the machine trusts. */
    readonly certificateAuthority?: string | undefined;
    /** A token must be for one of them. */
    readonly audiences: readonly string[];
    readonly audienceMatchPolicy?: string | undefined;
  };
  readonly claimValidationRules?: readonly ClaimValidationRule[] | undefined;
  readonly claimMappings: ClaimMappings;
  readonly userValidationRules?: readonly UserValidationRule[] | undefined;
}

/** A claim that must have one value, or an expression over `claims` that must hold. */
export interface ClaimValidationRule {
  readonly claim?: string | undefined;
  readonly requiredValue?: string | undefined;
  readonly expression?: string | undefined;
  readonly message?: string | undefined;
}

export interface ClaimMappings {
  readonly username: PrefixedClaimOrExpression;
  readonly groups?: PrefixedClaimOrExpression | undefined;
  readonly uid?: ClaimOrExpression | undefined;
  readonly extra?: readonly { readonly key: string; readonly valueExpression: string }[] | undefined;
}

export interface ClaimOrExpression {
  readonly claim?: string | undefined;
  readonly expression?: string | undefined;
}

export interface PrefixedClaimOrExpression extends ClaimOrExpression {
  readonly prefix?: string | undefined;
}

/** An expression over `user` that must hold. */
export interface UserValidationRule {
  readonly expression: string;
  readonly message?: string | undefined;
}

/** Kubernetes: which requests may come without credentials. */
export interface AnonymousAccess {
  readonly enabled: boolean;
  /** For these paths only; absent or empty: for all. */
  readonly conditions?: readonly { readonly path: string }[] | undefined;
}

/** Verifies signatures of JSON Web Tokens. `drivers/tokens` implements it. */
export interface JwtSignatures {
  /** Whether a key of the set (JSON Web Key Set, as text) signed the token, by one of the algorithms. */
  verify(token: string, keySet: string, algorithms: readonly string[]): Promise<boolean>;
}

/** Kubernetes: those that `--oidc-signing-algs` may name. */
export const signingAlgorithms: readonly string[] = [
  'ES256',
  'ES384',
  'ES512',
  'PS256',
  'PS384',
  'PS512',
  'RS256',
  'RS384',
  'RS512',
];
