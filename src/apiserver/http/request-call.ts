import type { AuditTrail } from '../audit/index.ts';
import type { CallContext, UserInfo } from '../core-contract.ts';
import { WarningHeaders } from './warning-headers.ts';

const none: readonly string[] = [];

/** One request's `CallContext`. */
export class RequestCall implements CallContext {
  readonly user: UserInfo;
  readonly userAgent: string | undefined;
  decodingFindings: readonly string[] = none;
  placeOf: ((path: string) => number) | undefined;
  readonly #audit: AuditTrail | undefined;
  #warnings: WarningHeaders | undefined;

  constructor(user: UserInfo, userAgent: string | undefined, audit?: AuditTrail) {
    this.user = user;
    this.userAgent = userAgent;
    this.#audit = audit;
  }

  annotate(key: string, value: string, fromLevel?: 'Metadata' | 'Request'): void {
    this.#audit?.annotate(key, value, fromLevel);
  }

  warn(text: string): void {
    this.#warnings ??= new WarningHeaders();
    this.#warnings.add(text);
  }

  /** Values for `Warning` headers, as RFC 7234 and upstream write them: `299 - "text"`. */
  get warningHeaders(): readonly string[] {
    return this.#warnings?.values ?? none;
  }
}
