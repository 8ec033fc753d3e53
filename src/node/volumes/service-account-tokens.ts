import { type Pod, serviceAccounts, type TokenRequest, type Volume } from '../../api/generated/index.ts';
import type { Client } from '../../client/index.ts';
import { parseTime, type World } from '../../world/index.ts';

interface Token {
  readonly text: string;
  /** Kubernetes: when 80 % of its life are over, or it is a day old. */
  readonly refreshAt: number;
}

const defaultSeconds = 3600;
const ageMsMax = 24 * 3600_000;
const lifeShare = 0.8;

/** Bound tokens for pods' volumes: asked for once, and again in time before they expire. */
export class ServiceAccountTokens {
  readonly #world: World;
  readonly #client: Client;
  readonly #byPod = new Map<string, Map<string, Token>>();

  constructor(world: World, client: Client) {
    this.#world = world;
    this.#client = client;
  }

  /** Tokens of a volume by their path in it. Rejects with upstream's text. */
  async of(pod: Pod, volume: Volume): Promise<ReadonlyMap<string, string>> {
    const tokens = new Map<string, string>();
    for (const { serviceAccountToken } of volume.projected?.sources ?? []) {
      if (serviceAccountToken === undefined) continue;
      const { path, audience, expirationSeconds } = serviceAccountToken;
      tokens.set(path, await this.#get(pod, audience ?? '', expirationSeconds ?? defaultSeconds));
    }
    return tokens;
  }

  /** When the first of a pod's tokens is due for renewal; undefined when it has none. */
  refreshAt(uid: string): number | undefined {
    const tokens = [...(this.#byPod.get(uid)?.values() ?? [])];
    return tokens.length === 0 ? undefined : Math.min(...tokens.map(token => token.refreshAt));
  }

  /** Changes when a token does. */
  versionOf(uid: string): string {
    const now = this.#world.clock.now();
    return [...(this.#byPod.get(uid)?.values() ?? [])]
      .map(({ refreshAt }) => (now < refreshAt ? refreshAt : 'old'))
      .join();
  }

  forget(uid: string): void {
    this.#byPod.delete(uid);
  }

  async #get(pod: Pod, audience: string, seconds: number): Promise<string> {
    const uid = pod.metadata.uid ?? '';
    const key = `${audience}/${seconds}`;
    let tokens = this.#byPod.get(uid);
    if (tokens === undefined) {
      tokens = new Map();
      this.#byPod.set(uid, tokens);
    }
    const known = tokens.get(key);
    if (known !== undefined && this.#world.clock.now() < known.refreshAt) return known.text;
    const fresh = await this.#request(pod, audience, seconds);
    tokens.set(key, fresh);
    return fresh.text;
  }

  async #request(pod: Pod, audience: string, expirationSeconds: number): Promise<Token> {
    const { name = '', namespace, uid } = pod.metadata;
    const body: TokenRequest = {
      apiVersion: 'authentication.k8s.io/v1',
      kind: 'TokenRequest',
      metadata: {},
      spec: {
        audiences: audience === '' ? [] : [audience],
        expirationSeconds,
        boundObjectRef: { apiVersion: 'v1', kind: 'Pod', name, uid },
      },
    };
    const account = { namespace, name: pod.spec.serviceAccountName ?? 'default' };
    const askedAt = this.#world.clock.now();
    try {
      const answer = await this.#client.createSubresource(serviceAccounts, 'token', account, body);
      return this.#read(answer as TokenRequest, askedAt, expirationSeconds);
    } catch (error) {
      throw new Error(`failed to fetch token: ${(error as Error).message}`, { cause: error });
    }
  }

  #read(answer: TokenRequest, askedAt: number, seconds: number): Token {
    const expiresAt = parseTime(answer.status?.expirationTimestamp);
    const lifeMs = Number.isNaN(expiresAt) ? seconds * 1000 : expiresAt - askedAt;
    return { text: answer.status?.token ?? '', refreshAt: askedAt + Math.min(ageMsMax, lifeMs * lifeShare) };
  }
}
