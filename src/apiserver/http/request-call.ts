import type { AuditTrail } from '../audit/index.ts';
import type { CallContext, UserInfo } from '../core-contract.ts';

const none: readonly string[] = [];

/** One request's `CallContext`. */
export class RequestCall implements CallContext {
  readonly user: UserInfo;
  readonly userAgent: string | undefined;
  decodingFindings: readonly string[] = none;
  placeOf: ((path: string) => number) | undefined;
  readonly #audit: AuditTrail | undefined;
  #warnings: string[] | undefined;

  constructor(user: UserInfo, userAgent: string | undefined, audit?: AuditTrail) {
    this.user = user;
    this.userAgent = userAgent;
    this.#audit = audit;
  }

  annotate(key: string, value: string, fromLevel?: 'Metadata' | 'Request'): void {
    this.#audit?.annotate(key, value, fromLevel);
  }

  warn(text: string): void {
    this.#warnings ??= [];
    if (!this.#warnings.includes(text)) this.#warnings.push(text);
  }

  /** Values for `Warning` headers, as RFC 7234 and upstream write them: `299 - "text"`. */
  get warningHeaders(): readonly string[] {
    return this.#warnings?.map(formatWarning) ?? none;
  }
}

/** Kubernetes: `NewWarningHeader`: control characters go, quotes and backslashes are escaped, 256 KiB at most. */
function formatWarning(text: string): string {
  let clean = '';
  for (const character of text.slice(0, 4096)) {
    const code = character.charCodeAt(0);
    if (code < 32 || code === 127) clean += ' ';
    else if (code > 126) clean += '?';
    else clean += character === '"' || character === '\\' ? `\\${character}` : character;
  }
  return `299 - "${clean}"`;
}
