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
  /** How long mutating webhooks have taken, one after the other. */
  mutatingWebhooksMs = 0;
  /** How long validating webhooks have taken, all at once. */
  validatingWebhooksMs = 0;
  #warnings: WarningHeaders | undefined;

  constructor(user: UserInfo, userAgent: string | undefined, audit?: AuditTrail) {
    this.user = user;
    this.userAgent = userAgent;
    this.#audit = audit;
  }

  annotate(key: string, value: string, fromLevel?: 'Metadata' | 'Request'): void {
    this.#audit?.annotate(key, value, fromLevel);
  }

  noteWebhook(isMutating: boolean, durationMs: number): void {
    if (isMutating) this.mutatingWebhooksMs += durationMs;
    else this.validatingWebhooksMs = Math.max(this.validatingWebhooksMs, durationMs);
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
