import type { UserInfo } from '../core-contract.ts';
import type { ClientCertificate } from '../http/http-message.ts';
import type { Authenticator, Credentials } from './authenticator.ts';
import type { AnonymousAccess } from './oidc/index.ts';
import type { TokenUnion } from './tokens/index.ts';
import { anonymousUser, groups } from './well-known-users.ts';

/**
 * Kubernetes: a client certificate, or else a bearer token, or else nobody in particular. Credentials that are brought
 * but prove nothing are refused rather than taken for none.
 */
export class RequestAuthenticator implements Authenticator {
  readonly #tokens: TokenUnion;
  readonly #anonymous: AnonymousAccess;
  readonly #certificateUsers = new WeakMap<ClientCertificate, UserInfo>();

  /** `anonymous`: default everybody, everywhere. */
  constructor(tokens: TokenUnion, anonymous: AnonymousAccess = { enabled: true }) {
    this.#tokens = tokens;
    this.#anonymous = anonymous;
  }

  authenticate({
    clientCertificate,
    authorization,
    path,
  }: Credentials): UserInfo | undefined | Promise<UserInfo | undefined> {
    if (clientCertificate !== undefined && clientCertificate !== 'untrusted') {
      return this.#userOfCertificate(clientCertificate);
    }
    const token = readBearerToken(authorization);
    if (token === undefined) return clientCertificate === 'untrusted' ? undefined : this.#anonymousAt(path);
    const outcome = this.#tokens.authenticate(token);
    return outcome instanceof Promise ? outcome.then(({ user }) => user) : outcome.user;
  }

  #anonymousAt(path: string | undefined): UserInfo | undefined {
    const { enabled, conditions = [] } = this.#anonymous;
    const isMeant = conditions.length === 0 || conditions.some(condition => condition.path === path);
    return enabled && isMeant ? anonymousUser : undefined;
  }

  #userOfCertificate(certificate: ClientCertificate): UserInfo | undefined {
    if (certificate.commonName === '') return undefined;
    let user = this.#certificateUsers.get(certificate);
    if (user === undefined) {
      const { commonName, organizations, fingerprint } = certificate;
      user = {
        username: commonName,
        groups: organizations.includes(groups.authenticated) ? organizations : [...organizations, groups.authenticated],
        ...(fingerprint === undefined
          ? {}
          : { extra: { 'authentication.kubernetes.io/credential-id': [`X509SHA256=${fingerprint}`] } }),
      };
      this.#certificateUsers.set(certificate, user);
    }
    return user;
  }
}

/** The token of a header `Bearer TOKEN`; undefined for other schemes, which upstream ignores too. */
function readBearerToken(authorization: string | undefined): string | undefined {
  if (authorization === undefined || authorization.slice(0, 7).toLowerCase() !== 'bearer ') return undefined;
  const token = authorization.slice(7).trim();
  return token === '' ? undefined : token;
}
