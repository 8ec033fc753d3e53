import type { UserInfo } from '../core-contract.ts';
import type { ClientCertificate, HttpHeaders } from '../http/http-message.ts';

/** What a request brings to prove who sends it. */
export interface Credentials {
  /** The header `Authorization`. */
  readonly authorization: string | undefined;
  readonly clientCertificate: ClientCertificate | 'untrusted' | undefined;
  /** All headers: where a front proxy says whose request it passes on. */
  readonly headers?: HttpHeaders | undefined;
  /** What is asked for: some paths may be open to everybody. */
  readonly path?: string | undefined;
}

/**
 * Finds out who sends a request. Undefined: the credentials prove nothing, and the answer is 401. At once wherever the
 * credentials are known already, so that most requests wait for nothing.
 */
export interface Authenticator {
  authenticate(credentials: Credentials): UserInfo | undefined | Promise<UserInfo | undefined>;
}
