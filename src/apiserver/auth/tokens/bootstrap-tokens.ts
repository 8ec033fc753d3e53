import {
  bootstrapExpiryMs,
  bootstrapNamespace,
  bootstrapSecretName,
  isBootstrapSecret,
  readBootstrapData,
} from '../../../api/bootstrap-tokens/index.ts';
import { type Secret, secrets } from '../../../api/generated/index.ts';
import type { Clock } from '../../../world/index.ts';
import type { UserInfo } from '../../core-contract.ts';
import type { ObjectView } from '../../object-view.ts';
import { groups } from '../well-known-users.ts';
import type { TokenAuthenticator, TokenOutcome } from './token-authenticator.ts';

const tokenPattern = /^([a-z0-9]{6})\.([a-z0-9]{16})$/;
const groupPattern = /^system:bootstrappers:[a-z0-9:-]{0,255}[a-z0-9]$/;
const bootstrappers = 'system:bootstrappers';

/**
 * Kubernetes: tokens with which nodes join a cluster, `ID.SECRET`, each kept in a Secret `bootstrap-token-ID` of
 * kube-system. They count for the API server itself only, and for as long as their Secret says.
 */
export class BootstrapTokens implements TokenAuthenticator {
  readonly #view: ObjectView;
  readonly #clock: Clock;
  readonly #audiences: readonly string[];
  /** One instance as long as the Secret stays as it is: decisions about it are remembered by identity. */
  readonly #users = new WeakMap<Secret, UserInfo>();

  /** `audiences`: the server's own. */
  constructor(view: ObjectView, clock: Clock, audiences: readonly string[]) {
    this.#view = view;
    this.#clock = clock;
    this.#audiences = audiences;
  }

  authenticate(token: string, audiences = this.#audiences): TokenOutcome | undefined {
    const [, id, password] = tokenPattern.exec(token) ?? [];
    if (id === undefined || password === undefined) return undefined;
    const accepted = audiences.filter(audience => this.#audiences.includes(audience));
    const secret = this.#view.get(secrets, bootstrapNamespace, bootstrapSecretName(id));
    if (secret === undefined || accepted.length === 0 || !this.#counts(secret, id, password)) return undefined;
    const user = this.#userOf(secret, id);
    return user === undefined ? undefined : { user, audiences: accepted };
  }

  #counts(secret: Secret, id: string, password: string): boolean {
    return (
      secret.metadata.deletionTimestamp === undefined &&
      isBootstrapSecret(secret) &&
      isSameText(readBootstrapData(secret, 'token-secret'), password) &&
      readBootstrapData(secret, 'token-id') === id &&
      bootstrapExpiryMs(secret) > this.#clock.now() &&
      readBootstrapData(secret, 'usage-bootstrap-authentication') === 'true'
    );
  }

  #userOf(secret: Secret, id: string): UserInfo | undefined {
    let user = this.#users.get(secret);
    if (user === undefined) {
      const extra = readBootstrapData(secret, 'auth-extra-groups');
      const named = extra === '' ? [] : extra.split(',');
      if (!named.every(group => groupPattern.test(group))) return undefined;
      const all = [...new Set([bootstrappers, ...named])].sort();
      user = { username: `system:bootstrap:${id}`, groups: [...all, groups.authenticated] };
      this.#users.set(secret, user);
    }
    return user;
  }
}

/** Takes as long for a text that differs early as for one that differs late. */
function isSameText(left: string, right: string): boolean {
  let difference = left.length ^ right.length;
  for (let i = 0; i < right.length; i++) difference |= left.charCodeAt(i) ^ right.charCodeAt(i);
  return difference === 0;
}
