import { Exposition, formatLabels } from '../metrics/index.ts';
import type { AuditLevel, AuditPolicy } from './audit-policy.ts';
import { AuditRules } from './audit-rules.ts';
import { type AuditFacts, AuditTrail } from './audit-trail.ts';

/** Where events go. */
export interface AuditBackend {
  /** As in upstream's metrics: `log`, `webhook`. */
  readonly name: string;
  /** One event as JSON, without a line feed. Throws what kept it from being kept. */
  write(line: string): void;
  /** Resolves when everything has been handed on. */
  close(): Promise<void>;
}

export interface AuditLogOptions {
  readonly policy: AuditPolicy;
  readonly backends: readonly AuditBackend[];
  /** Milliseconds since 1970. */
  readonly now: () => number;
  /** Told when a backend has lost events. */
  readonly onLoss: (backend: string, error: unknown, count: number) => void;
}

/** Who asked for what, when, and what became of it, as much of it as a policy wants told. */
export class AuditLog {
  readonly #options: AuditLogOptions;
  readonly #rules: AuditRules;
  readonly #levels = new Map<AuditLevel, number>();
  readonly #losses = new Map<string, number>();
  #events = 0;

  constructor(options: AuditLogOptions) {
    this.#options = options;
    this.#rules = new AuditRules(options.policy);
  }

  /** Begins to tell of a request; undefined where the policy wants nothing told. */
  open(facts: AuditFacts): AuditTrail | undefined {
    const decision = this.#rules.decide(facts);
    this.#levels.set(decision.level, (this.#levels.get(decision.level) ?? 0) + 1);
    if (decision.level === 'None') return undefined;
    return new AuditTrail(facts, decision, this.#options.now, this.#emit);
  }

  /** A backend that works by itself has lost some. */
  noteLoss(backend: string, error: unknown, count: number): void {
    this.#losses.set(backend, (this.#losses.get(backend) ?? 0) + count);
    this.#options.onLoss(backend, error, count);
  }

  /** Kubernetes: `apiserver_audit_*`. */
  formatMetrics(): string {
    const out = new Exposition();
    const help =
      'Counter of audit events that failed to be audited properly. Plugin identifies the plugin affected by the error.';
    out.counter(
      'apiserver_audit_error_total',
      'ALPHA',
      help,
      [...this.#losses].map(([plugin, count]) => [formatLabels({ plugin }), count]),
    );
    out.counter(
      'apiserver_audit_event_total',
      'ALPHA',
      'Counter of audit events generated and sent to the audit backend.',
      [['', this.#events]],
    );
    out.counter(
      'apiserver_audit_level_total',
      'ALPHA',
      'Counter of policy levels for audit events (1 per request).',
      [...this.#levels].map(([level, count]) => [formatLabels({ level }), count]),
    );
    out.counter(
      'apiserver_audit_requests_rejected_total',
      'ALPHA',
      'Counter of apiserver requests rejected due to an error in audit logging backend.',
      [['', 0]],
    );
    return out.format();
  }

  async close(): Promise<void> {
    await Promise.all(this.#options.backends.map(backend => backend.close()));
  }

  readonly #emit = (line: string): void => {
    this.#events++;
    for (const backend of this.#options.backends) {
      try {
        backend.write(line);
      } catch (error) {
        this.noteLoss(backend.name, error, 1);
      }
    }
  };
}
