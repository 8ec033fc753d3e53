import type { JsonObject } from '../../../machinery/index.ts';
import { formatTime, type World } from '../../../world/index.ts';
import type { OutboundCalls, UserInfo } from '../../core-contract.ts';
import type { TokenAuthenticator, TokenOutcome } from '../tokens/index.ts';
import type { ClaimExpressions } from './claim-expressions.ts';
import { ClaimError, mapClaims } from './claim-mapping.ts';
import { IssuerKeys } from './issuer-keys.ts';
import type { JwtIssuer, JwtSignatures } from './jwt-issuer.ts';
import { readUnverified } from './unverified-token.ts';

export interface JwtAuthenticatorOptions {
  readonly world: World;
  readonly outbound: OutboundCalls;
  readonly signatures: JwtSignatures;
  readonly algorithms: readonly string[];
  /** The server's own: what a TokenReview may ask for. */
  readonly apiAudiences: readonly string[];
  readonly expressions: () => Promise<ClaimExpressions>;
}

/** Kubernetes: how long a token that was found good counts as such without another look. */
const rememberedMs = 10_000;
const rememberedMax = 4096;
const notBeforeLeewaySeconds = 60;

interface Remembered {
  readonly user: UserInfo;
  readonly untilMs: number;
}

/**
 * Lets users in by the tokens of an OpenID Connect issuer.
 *
 * Absent: distributed claims (groups that are kept somewhere else), which upstream fetches.
 */
export class JwtAuthenticator implements TokenAuthenticator {
  readonly #issuer: JwtIssuer;
  readonly #options: JwtAuthenticatorOptions;
  readonly #keys: IssuerKeys;
  readonly #known = new Map<string, Remembered>();

  constructor(issuer: JwtIssuer, options: JwtAuthenticatorOptions) {
    this.#issuer = issuer;
    this.#options = options;
    this.#keys = new IssuerKeys(issuer.issuer, options.outbound, options.world);
  }

  start(): void {
    this.#keys.start();
  }

  stop(): void {
    this.#keys.stop();
  }

  authenticate(
    token: string,
    audiences = this.#options.apiAudiences,
  ): TokenOutcome | undefined | Promise<TokenOutcome | undefined> {
    const accepted = audiences.filter(audience => this.#options.apiAudiences.includes(audience));
    if (accepted.length === 0 && this.#options.apiAudiences.length > 0) return undefined;
    const known = this.#known.get(token);
    if (known !== undefined && this.#options.world.clock.now() < known.untilMs) {
      return { user: known.user, audiences: accepted };
    }
    const unverified = readUnverified(token);
    if (unverified === undefined || issuerOf(unverified.claims) !== this.#issuer.issuer.url) return undefined;
    return this.#verify(token, unverified.algorithm, unverified.claims).then(
      user => ({ user, audiences: accepted }),
      (error: unknown) => ({ problem: error instanceof Error ? error.message : String(error) }),
    );
  }

  async #verify(token: string, algorithm: string, claims: JsonObject): Promise<UserInfo> {
    if (!this.#keys.isReady) throw new ClaimError('oidc: authenticator not initialized');
    const { algorithms, expressions } = this.#options;
    if (!algorithms.includes(algorithm)) {
      const pair = `expected ${formatList(algorithms)} got ${JSON.stringify(algorithm)}`;
      throw new ClaimError(`oidc: verify token: oidc: id token signed with unsupported algorithm, ${pair}`);
    }
    if (!(await this.#isSigned(token))) {
      throw new ClaimError('oidc: verify token: failed to verify signature: failed to verify id token signature');
    }
    this.#checkAudience(claims);
    const endMs = this.#checkTime(claims);
    const user = mapClaims(this.#issuer, claims, await expressions());
    this.#remember(token, user, endMs);
    return user;
  }

  /** By the keys that are known, or by newer ones. */
  async #isSigned(token: string): Promise<boolean> {
    const { signatures, algorithms } = this.#options;
    const keySet = await this.#keys.get();
    if (await signatures.verify(token, keySet, algorithms)) return true;
    const newer = await this.#keys.newerThan(keySet);
    return newer !== undefined && (await signatures.verify(token, newer, algorithms));
  }

  #checkAudience(claims: JsonObject): void {
    const { audiences } = this.#issuer.issuer;
    const named = listOf(claims['aud']);
    if (named.some(audience => audiences.includes(audience))) return;
    const [only, ...more] = audiences;
    const wanted = more.length === 0 ? `audience ${JSON.stringify(only)}` : `audience in ${formatList(audiences)}`;
    throw new ClaimError(`oidc: verify token: oidc: expected ${wanted} got ${formatList(named)}`);
  }

  /** Until when the token counts, in milliseconds since the epoch. */
  #checkTime(claims: JsonObject): number {
    const nowMs = this.#options.world.clock.now();
    const { exp, nbf } = claims;
    const endMs = typeof exp === 'number' ? exp * 1000 : 0;
    if (endMs < nowMs) {
      throw new ClaimError(`oidc: verify token: oidc: token is expired (Token Expiry: ${formatTime(endMs)})`);
    }
    if (typeof nbf === 'number' && nowMs / 1000 + notBeforeLeewaySeconds < nbf) {
      const times = `${formatTime(nowMs)} before the nbf (not before) time: ${formatTime(nbf * 1000)}`;
      throw new ClaimError(`oidc: verify token: oidc: current time ${times}`);
    }
    return endMs;
  }

  #remember(token: string, user: UserInfo, endMs: number): void {
    if (this.#known.size >= rememberedMax) this.#known.clear();
    const untilMs = Math.min(this.#options.world.clock.now() + rememberedMs, endMs);
    this.#known.set(token, { user, untilMs });
  }
}

/** Kubernetes: the one issuer that has been naming itself without its scheme. */
function issuerOf({ iss }: JsonObject): unknown {
  return iss === 'accounts.google.com' ? 'https://accounts.google.com' : iss;
}

function listOf(value: unknown): readonly string[] {
  const all = Array.isArray(value) ? value : [value];
  return all.filter(item => typeof item === 'string');
}

function formatList(texts: readonly string[]): string {
  return `[${texts.map(text => JSON.stringify(text)).join(' ')}]`;
}
