import { isJsonObject, type JsonObject } from '../../../machinery/index.ts';
import type { World } from '../../../world/index.ts';
import type { OutboundCalls, UserInfo } from '../../core-contract.ts';
import type { TokenAuthenticator, TokenOutcome } from '../tokens/index.ts';
import { groups } from '../well-known-users.ts';
import { postReview } from './post-review.ts';
import type { WebhookTarget } from './webhook-target.ts';

export interface TokenWebhookOptions {
  readonly target: WebhookTarget;
  /** Of the TokenReview that is sent. Kubernetes: v1beta1 unless it is told otherwise. */
  readonly version: 'v1' | 'v1beta1';
  /** How long an answer counts. */
  readonly cacheMs: number;
}

interface Means {
  readonly world: World;
  readonly outbound: OutboundCalls;
  /** The server's own. */
  readonly apiAudiences: readonly string[];
}

const rememberedMax = 4096;

interface Remembered {
  readonly outcome: TokenOutcome | undefined;
  readonly untilMs: number;
}

/** Asks another server whose a token is. Kubernetes: `--authentication-token-webhook-config-file`. */
export class TokenWebhook implements TokenAuthenticator {
  readonly #options: TokenWebhookOptions;
  readonly #means: Means;
  readonly #known = new Map<string, Remembered>();
  readonly #asking = new Map<string, Promise<TokenOutcome | undefined>>();

  constructor(options: TokenWebhookOptions, means: Means) {
    this.#options = options;
    this.#means = means;
  }

  authenticate(
    token: string,
    audiences = this.#means.apiAudiences,
  ): TokenOutcome | undefined | Promise<TokenOutcome | undefined> {
    const key = JSON.stringify([token, audiences]);
    const known = this.#known.get(key);
    if (known !== undefined && this.#means.world.clock.now() < known.untilMs) return known.outcome;
    let asking = this.#asking.get(key);
    if (asking === undefined) {
      asking = this.#ask(key, token, audiences).finally(() => this.#asking.delete(key));
      this.#asking.set(key, asking);
    }
    return asking;
  }

  async #ask(key: string, token: string, audiences: readonly string[]): Promise<TokenOutcome | undefined> {
    const { world, outbound } = this.#means;
    const { target, version, cacheMs } = this.#options;
    const review = {
      kind: 'TokenReview',
      apiVersion: `authentication.k8s.io/${version}`,
      metadata: {},
      spec: { token, ...(audiences.length === 0 ? {} : { audiences }) },
      status: { user: {} },
    };
    try {
      const outcome = this.#judge(await postReview(target, review, outbound, world), audiences);
      if (this.#known.size >= rememberedMax) this.#known.clear();
      this.#known.set(key, { outcome, untilMs: world.clock.now() + cacheMs });
      return outcome;
    } catch (error) {
      // Kubernetes: an outage is not remembered, and is nobody's fault who sends a token.
      const text = error instanceof Error ? error.message : String(error);
      world.log.error('Failed to make webhook authenticator request', { error: text });
      return { problem: text };
    }
  }

  #judge(status: JsonObject, wanted: readonly string[]): TokenOutcome | undefined {
    const named = textsIn(status['audiences']);
    const given = named.length > 0 ? named : this.#means.apiAudiences;
    const accepted = wanted.filter(audience => given.includes(audience));
    if (wanted.length > 0 && accepted.length === 0) return undefined;
    if (status['authenticated'] === true) return { user: readUser(status['user']), audiences: accepted };
    const { error } = status;
    return typeof error === 'string' && error !== '' ? { problem: error } : undefined;
  }
}

function readUser(value: unknown): UserInfo {
  const user = isJsonObject(value) ? value : {};
  const { username, uid, extra } = user;
  const named = textsIn(user['groups']);
  const isKnown = named.includes(groups.authenticated) || named.includes(groups.unauthenticated);
  return {
    username: typeof username === 'string' ? username : '',
    groups: isKnown ? named : [...named, groups.authenticated],
    ...(typeof uid === 'string' && uid !== '' ? { uid } : {}),
    ...(isJsonObject(extra)
      ? { extra: Object.fromEntries(Object.entries(extra).map(([key, values]) => [key, textsIn(values)])) }
      : {}),
  };
}

function textsIn(value: unknown): readonly string[] {
  return Array.isArray(value) ? value.filter(item => typeof item === 'string') : [];
}
