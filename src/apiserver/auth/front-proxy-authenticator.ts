import type { UserInfo } from '../core-contract.ts';
import type { HttpHeaders } from '../http/http-message.ts';
import type { Authenticator, Credentials } from './authenticator.ts';

const extraPrefix = 'x-remote-extra-';

/**
 * Believes a front proxy whose request it is that it passes on. Everybody else is looked at by the next authenticator.
 * Kubernetes: request-header authentication, by a certificate of an authority of its own and one of the allowed names.
 */
export class FrontProxyAuthenticator implements Authenticator {
  readonly #next: Authenticator;
  readonly #allowedNames: readonly string[];

  /** `allowedNames`: common names of the certificates to believe; none means any. */
  constructor(next: Authenticator, allowedNames: readonly string[]) {
    this.#next = next;
    this.#allowedNames = allowedNames;
  }

  authenticate(credentials: Credentials): UserInfo | undefined | Promise<UserInfo | undefined> {
    const { clientCertificate, headers = {} } = credentials;
    if (clientCertificate === undefined || clientCertificate === 'untrusted' || !clientCertificate.isFrontProxy) {
      return this.#next.authenticate(credentials);
    }
    const isAllowed = this.#allowedNames.length === 0 || this.#allowedNames.includes(clientCertificate.commonName);
    const user = isAllowed ? readUser(headers) : undefined;
    // For itself a front proxy is nobody: its certificate counts for nothing else.
    return user ?? this.#next.authenticate({ ...credentials, clientCertificate: 'untrusted' });
  }
}

function readUser(headers: HttpHeaders): UserInfo | undefined {
  const username = readAll(headers, 'x-remote-user')[0] ?? '';
  if (username === '') return undefined;
  const uid = readAll(headers, 'x-remote-uid')[0];
  const extra: Record<string, readonly string[]> = {};
  for (const name in headers) {
    if (name.startsWith(extraPrefix)) extra[decodeKey(name.slice(extraPrefix.length))] = readAll(headers, name);
  }
  return {
    username,
    groups: readAll(headers, 'x-remote-group'),
    ...(uid === undefined ? {} : { uid }),
    ...(Object.keys(extra).length === 0 ? {} : { extra }),
  };
}

/** Node joins repeated headers with a comma and a space. */
function readAll(headers: HttpHeaders, name: string): readonly string[] {
  const value = headers[name];
  if (value === undefined) return [];
  return (typeof value === 'string' ? value.split(', ') : value).filter(text => text !== '');
}

function decodeKey(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch (error) {
    // Kubernetes: what is not escaped right is taken as it is.
    if (error instanceof URIError) return text;
    throw error;
  }
}
