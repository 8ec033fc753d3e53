import { createHash, createPrivateKey, createPublicKey, type KeyObject } from 'node:crypto';
import type { JWTPayload } from 'jose';
import type { LegacyTokenClaims, TokenClaims, TokenSigner } from '../../apiserver/auth/index.ts';

const algorithm = 'ES256';

/**
 * Signs ServiceAccount tokens with a P-256 key (PEM). The library is loaded when the first token is signed or checked:
 * a start needs none.
 */
export function createJoseTokenSigner(privateKeyPem: string): TokenSigner {
  return new JoseTokenSigner(createPrivateKey(privateKeyPem));
}

class JoseTokenSigner implements TokenSigner {
  readonly algorithm = algorithm;
  readonly #privateKey: KeyObject;
  readonly #publicKey: KeyObject;
  readonly #keyId: string;

  constructor(privateKey: KeyObject) {
    this.#privateKey = privateKey;
    this.#publicKey = createPublicKey(privateKey);
    this.#keyId = deriveKeyId(this.#publicKey);
  }

  sign(claims: TokenClaims): Promise<string> {
    return this.#sign({ ...claims, aud: [...claims.aud] });
  }

  signLegacy(claims: LegacyTokenClaims): Promise<string> {
    return this.#sign({ ...claims });
  }

  async #sign(payload: JWTPayload): Promise<string> {
    const { SignJWT } = await import('jose');
    return new SignJWT(payload).setProtectedHeader({ alg: algorithm, kid: this.#keyId }).sign(this.#privateKey);
  }

  async verify(token: string): Promise<TokenClaims | undefined> {
    const claims = await this.#readVerified(token);
    return isTokenClaims(claims) ? claims : undefined;
  }

  async verifyLegacy(token: string): Promise<LegacyTokenClaims | undefined> {
    const claims = await this.#readVerified(token);
    return isLegacyClaims(claims) ? claims : undefined;
  }

  async #readVerified(token: string): Promise<unknown> {
    const { compactVerify, errors } = await import('jose');
    try {
      const { payload } = await compactVerify(token, this.#publicKey, { algorithms: [algorithm] });
      return JSON.parse(new TextDecoder().decode(payload));
    } catch (error) {
      // Whatever is not our token is not ours; anything else is a fault of the server.
      if (error instanceof errors.JOSEError || error instanceof SyntaxError) return undefined;
      throw error;
    }
  }

  async keySet(): Promise<string> {
    const jwk = this.#publicKey.export({ format: 'jwk' });
    return JSON.stringify({ keys: [{ use: 'sig', kid: this.#keyId, alg: algorithm, ...jwk }] });
  }
}

/** Kubernetes: SHA-256 over the public key's DER, in URL-safe base64 without padding. */
function deriveKeyId(publicKey: KeyObject): string {
  const der = publicKey.export({ type: 'spki', format: 'der' });
  return createHash('sha256').update(der).digest('base64url');
}

function isTokenClaims(value: unknown): value is TokenClaims {
  if (typeof value !== 'object' || value === null) return false;
  const claims = value as Partial<TokenClaims>;
  return (
    typeof claims.iss === 'string' &&
    typeof claims.sub === 'string' &&
    Array.isArray(claims.aud) &&
    [claims.iat, claims.nbf, claims.exp].every(time => typeof time === 'number') &&
    typeof claims['kubernetes.io']?.namespace === 'string' &&
    typeof claims['kubernetes.io'].serviceaccount?.uid === 'string'
  );
}

function isLegacyClaims(value: unknown): value is LegacyTokenClaims {
  if (typeof value !== 'object' || value === null) return false;
  const claims = value as Partial<LegacyTokenClaims>;
  return (
    claims.iss === 'kubernetes/serviceaccount' &&
    [
      claims.sub,
      claims['kubernetes.io/serviceaccount/namespace'],
      claims['kubernetes.io/serviceaccount/secret.name'],
      claims['kubernetes.io/serviceaccount/service-account.name'],
      claims['kubernetes.io/serviceaccount/service-account.uid'],
    ].every(text => typeof text === 'string' && text !== '')
  );
}
