import { nodes, pods, secrets, serviceAccounts } from '../../../api/generated/index.ts';
import type { KubeObject, ResourceType } from '../../../machinery/index.ts';
import type { Clock } from '../../../world/index.ts';
import { parseTime } from '../../../world/index.ts';
import type { UserInfo } from '../../core-contract.ts';
import type { ObjectView } from '../../object-view.ts';
import { formatServiceAccountUser, serviceAccountGroups } from '../service-account-name.ts';
import { groups } from '../well-known-users.ts';
import { LegacyTokens, legacyUser, type NoteSecretUse } from './legacy-token.ts';
import type { TokenAuthenticator, TokenOutcome } from './token-authenticator.ts';
import type { TokenSettings } from './token-settings.ts';
import type { LegacyTokenClaims, ObjectClaim, TokenClaims } from './token-signer.ts';

/** One user instance for all requests with a token: decisions about it are remembered by identity. */
type KnownToken =
  | { readonly claims: TokenClaims; readonly user: UserInfo }
  | { readonly legacy: LegacyTokenClaims; readonly user: UserInfo };

const knownTokensMax = 10_000;
/** Kubernetes: how far clocks may differ, and how long a deleted object's tokens live on. */
const leewaySeconds = 60;

/**
 * Tells who sends a ServiceAccount token. The signature is checked once a token; that the account and what the token is
 * bound to still exist is checked each time, so deleting them revokes it at once.
 */
export class TokenValidator implements TokenAuthenticator {
  readonly #settings: TokenSettings;
  readonly #view: ObjectView;
  readonly #clock: Clock;
  readonly #legacy: LegacyTokens;
  readonly #known = new Map<string, KnownToken>();

  /** `noteUse` writes down which tokens out of Secrets are still in use. */
  constructor(settings: TokenSettings, view: ObjectView, clock: Clock, noteUse: NoteSecretUse = () => {}) {
    this.#settings = settings;
    this.#view = view;
    this.#clock = clock;
    this.#legacy = new LegacyTokens(view, clock, noteUse);
  }

  /** At once for a token seen before. */
  authenticate(token: string, audiences = this.#settings.audiences): TokenOutcome | Promise<TokenOutcome | undefined> {
    const known = this.#known.get(token);
    return known === undefined ? this.#validateNew(token, audiences) : this.#check(token, known, audiences);
  }

  async #validateNew(token: string, audiences: readonly string[]): Promise<TokenOutcome | undefined> {
    const known = await this.#read(token);
    if (known === undefined) return undefined;
    if (this.#known.size >= knownTokensMax) this.#known.clear();
    this.#known.set(token, known);
    return this.#check(token, known, audiences);
  }

  async #read(token: string): Promise<KnownToken | undefined> {
    const { signer, issuer } = this.#settings;
    const claims = await signer.verify(token);
    if (claims !== undefined) return claims.iss === issuer ? { claims, user: toUser(claims) } : undefined;
    const legacy = await signer.verifyLegacy(token);
    return legacy === undefined ? undefined : { legacy, user: legacyUser(legacy) };
  }

  #check(token: string, known: KnownToken, audiences: readonly string[]): TokenOutcome {
    // Kubernetes: a token that names no audience is for the API server.
    const named = 'legacy' in known ? this.#settings.audiences : known.claims.aud;
    const accepted = audiences.filter(audience => named.includes(audience));
    if (accepted.length === 0) {
      const targets = formatList(audiences);
      return { problem: `token audiences ${formatList(named)} is invalid for the target audiences ${targets}` };
    }
    if ('legacy' in known) {
      const outcome = this.#legacy.check(token, known.legacy, known.user);
      return outcome.user === undefined ? outcome : { user: outcome.user, audiences: accepted };
    }
    const { claims, user } = known;
    const problem = this.#checkTime(claims) ?? this.#checkObjects(claims);
    return problem === undefined ? { user, audiences: accepted } : { problem };
  }

  #checkTime(claims: TokenClaims): string | undefined {
    const now = this.#clock.now() / 1000;
    if (now - leewaySeconds > claims.exp) return 'service account token has expired';
    if (now + leewaySeconds < claims.nbf) return 'service account token is not valid yet';
    return now + leewaySeconds < claims.iat ? 'service account token is issued in the future' : undefined;
  }

  #checkObjects(claims: TokenClaims): string | undefined {
    const bound = claims['kubernetes.io'];
    const { namespace, serviceaccount, secret, pod, node } = bound;
    const account = this.#view.get(serviceAccounts, namespace, serviceaccount.name);
    if (account === undefined) return `serviceaccounts ${JSON.stringify(serviceaccount.name)} not found`;
    if (account.metadata.uid !== serviceaccount.uid) {
      return `service account UID (${account.metadata.uid}) does not match claim (${serviceaccount.uid})`;
    }
    if (this.#isLongDeleted(account)) return `service account ${namespace}/${serviceaccount.name} has been deleted`;
    const isRevoked =
      this.#isGone(secrets, namespace, secret) ||
      this.#isGone(pods, namespace, pod) ||
      // A pod's token names its node for information only.
      (pod === undefined && this.#isGone(nodes, undefined, node));
    return isRevoked ? 'service account token has been invalidated' : undefined;
  }

  #isGone<T extends KubeObject>(type: ResourceType<T>, namespace: string | undefined, claim?: ObjectClaim): boolean {
    if (claim === undefined) return false;
    const object = this.#view.get(type, namespace, claim.name);
    return object === undefined || object.metadata.uid !== claim.uid || this.#isLongDeleted(object);
  }

  #isLongDeleted({ metadata }: KubeObject): boolean {
    const { deletionTimestamp } = metadata;
    if (deletionTimestamp === undefined) return false;
    return parseTime(deletionTimestamp) < this.#clock.now() - leewaySeconds * 1000;
  }
}

function toUser(claims: TokenClaims): UserInfo {
  const { namespace, serviceaccount, pod, node } = claims['kubernetes.io'];
  const prefix = 'authentication.kubernetes.io';
  return {
    username: formatServiceAccountUser({ namespace, name: serviceaccount.name }),
    uid: serviceaccount.uid,
    groups: [...serviceAccountGroups(namespace), groups.authenticated],
    extra: {
      [`${prefix}/credential-id`]: [`JTI=${claims.jti}`],
      ...(node === undefined ? {} : { [`${prefix}/node-name`]: [node.name], [`${prefix}/node-uid`]: [node.uid] }),
      ...(pod === undefined ? {} : { [`${prefix}/pod-name`]: [pod.name], [`${prefix}/pod-uid`]: [pod.uid] }),
    },
  };
}

function formatList(texts: readonly string[]): string {
  return `[${texts.map(text => JSON.stringify(text)).join(' ')}]`;
}
