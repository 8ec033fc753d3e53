/** Signs ServiceAccount tokens and recognizes its own. `drivers/tokens` implements it. */
export interface TokenSigner {
  /** As JWT names it: `ES256`. */
  readonly algorithm: string;
  sign(claims: TokenClaims): Promise<string>;
  /** The claims of a token that this signer signed; undefined for any other text. Says nothing about time. */
  verify(token: string): Promise<TokenClaims | undefined>;
  /** A token to be kept in a Secret. */
  signLegacy(claims: LegacyTokenClaims): Promise<string>;
  /** The same as `verify` for a token out of a Secret, whether a controller of ours signed it or kube-controller-manager with the key that both share. */
  verifyLegacy(token: string): Promise<LegacyTokenClaims | undefined>;
  /** The public key as a JSON Web Key Set. */
  keySet(): Promise<string>;
}

/** Kubernetes: what stands in a ServiceAccount token. Times in whole seconds since the epoch. */
export interface TokenClaims {
  readonly iss: string;
  readonly aud: readonly string[];
  readonly sub: string;
  readonly jti: string;
  readonly iat: number;
  readonly nbf: number;
  readonly exp: number;
  readonly 'kubernetes.io': {
    readonly namespace: string;
    readonly serviceaccount: ObjectClaim;
    readonly pod?: ObjectClaim | undefined;
    readonly node?: ObjectClaim | undefined;
    readonly secret?: ObjectClaim | undefined;
    /** From then on upstream warns of clients that do not reload their token. */
    readonly warnafter?: number | undefined;
  };
}

/** Kubernetes: what stands in a token out of a Secret. It has neither audiences nor an end. */
export interface LegacyTokenClaims {
  readonly iss: 'kubernetes/serviceaccount';
  readonly sub: string;
  readonly 'kubernetes.io/serviceaccount/namespace': string;
  readonly 'kubernetes.io/serviceaccount/secret.name': string;
  readonly 'kubernetes.io/serviceaccount/service-account.name': string;
  readonly 'kubernetes.io/serviceaccount/service-account.uid': string;
}

export interface ObjectClaim {
  readonly name: string;
  readonly uid: string;
}
