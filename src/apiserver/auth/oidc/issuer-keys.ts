import { isJsonObject } from '../../../machinery/index.ts';
import type { World } from '../../../world/index.ts';
import type { OutboundCalls } from '../../core-contract.ts';
import type { JwtIssuer } from './jwt-issuer.ts';

const retryMs = 10_000;
const timeoutMs = 30_000;
/** Kubernetes: go-oidc asks again for each token that no known key has signed; here not more often than this. */
const refreshMsMin = 1_000;

/** Raised for an answer that is of no use. */
export class IssuerError extends Error {}

/**
 * The keys with which an issuer signs. Where they are is asked once, in the background, until the issuer answers: it may
 * run in this very cluster. The keys themselves are asked for when the first token comes, and when one was signed with a
 * key that is not among them.
 */
export class IssuerKeys {
  readonly #issuer: JwtIssuer['issuer'];
  readonly #outbound: OutboundCalls;
  readonly #world: World;
  #location: string | undefined;
  #keySet: string | undefined;
  #askedAt = Number.NEGATIVE_INFINITY;
  #asking: Promise<string> | undefined;
  #isStopped = false;

  constructor(issuer: JwtIssuer['issuer'], outbound: OutboundCalls, world: World) {
    this.#issuer = issuer;
    this.#outbound = outbound;
    this.#world = world;
  }

  get isReady(): boolean {
    return this.#location !== undefined;
  }

  start(): void {
    this.#world.tasks.spawn(`discovery of ${this.#issuer.url}`, async () => {
      while (!this.#isStopped && this.#location === undefined) {
        await this.#discover();
        if (this.#location === undefined) await this.#world.clock.sleep(retryMs);
      }
    });
  }

  stop(): void {
    this.#isStopped = true;
  }

  /** The keys as they are known (JSON Web Key Set). Rejects with an `IssuerError` or with what the network says. */
  async get(): Promise<string> {
    return this.#keySet ?? this.#ask();
  }

  /** Newer keys than `known`; undefined where there are none. */
  async newerThan(known: string): Promise<string | undefined> {
    if (this.#keySet !== undefined && this.#keySet !== known) return this.#keySet;
    if (this.#asking === undefined && this.#world.clock.now() - this.#askedAt < refreshMsMin) return undefined;
    const keySet = await this.#ask();
    return keySet === known ? undefined : keySet;
  }

  /** Who asks while an answer is on its way waits for that one. */
  #ask(): Promise<string> {
    this.#asking ??= this.#fetchKeys().finally(() => {
      this.#asking = undefined;
    });
    return this.#asking;
  }

  async #fetchKeys(): Promise<string> {
    if (this.#location === undefined) throw new IssuerError('oidc: authenticator not initialized');
    this.#askedAt = this.#world.clock.now();
    const body = await this.#read(this.#location);
    if (!Array.isArray(parseObject(body)['keys'])) throw new IssuerError('oidc: failed to decode keys');
    this.#keySet = body;
    return body;
  }

  async #discover(): Promise<void> {
    const { url, discoveryURL } = this.#issuer;
    const at = discoveryURL ?? `${url.replace(/\/$/, '')}/.well-known/openid-configuration`;
    try {
      const { issuer, jwks_uri: location } = parseObject(await this.#read(at));
      if (issuer !== url) {
        const pair = `expected ${JSON.stringify(url)} got ${JSON.stringify(issuer)}`;
        throw new IssuerError(`oidc: issuer did not match the issuer returned by provider, ${pair}`);
      }
      if (typeof location !== 'string' || location === '') throw new IssuerError('provider did not return JWKS URL');
      this.#location = location;
    } catch (error) {
      // It may come up later: whoever has a token of it is refused until then.
      const text = error instanceof Error ? error.message : String(error);
      if (!this.#isStopped)
        this.#world.log.warn('cannot learn about the issuer of tokens', { issuer: url, error: text });
    }
  }

  async #read(url: string): Promise<string> {
    const { certificateAuthority } = this.#issuer;
    const answer = await this.#outbound.send({ method: 'GET', url, certificateAuthority, timeoutMs });
    if (answer.status === 200) return answer.body;
    throw new IssuerError(`oidc: request to ${url} failed: ${answer.status}`);
  }
}

function parseObject(text: string): Readonly<Record<string, unknown>> {
  try {
    const value: unknown = JSON.parse(text);
    if (isJsonObject(value)) return value;
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
  }
  throw new IssuerError('oidc: failed to decode what the issuer says of itself');
}
