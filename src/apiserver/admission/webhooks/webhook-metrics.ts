import { type Exposition, formatLabels, Histogram } from '../../../machinery/metrics/index.ts';
import type { Clock } from '../../../world/index.ts';
import type { AdmissionRequest } from '../../core-contract.ts';
import { CallFailure } from './call-failure.ts';
import { WebhookDenial } from './denial.ts';

const boundsSeconds = [0.005, 0.025, 0.1, 0.5, 1, 2.5, 10, 25];
/** Kubernetes: webhooks may answer with any code; there are not to be more series than these. */
const codeMax = 600;

/** Kubernetes: the label `type` is not the one that built-in plugins have. */
type WebhookType = 'admit' | 'validating';

interface AskedWebhook {
  readonly name: string;
  readonly failurePolicy?: string | undefined;
}

type ErrorType = 'calling_webhook_error' | 'no_error' | 'apiserver_internal_error';

interface Outcome {
  readonly code: number;
  readonly isRejected: boolean;
  /** Present where the request is refused. */
  readonly errorType?: ErrorType;
}

const success: Outcome = { code: 200, isRejected: false };

/** Times webhooks of admission and counts what comes of them. Kubernetes: `apiserver_admission_webhook_*`. */
export class WebhookMetrics {
  readonly #clock: Pick<Clock, 'monotonic'>;
  readonly #durations = new Map<string, Histogram>();
  readonly #requests = new Map<string, number>();
  readonly #rejections = new Map<string, number>();
  readonly #openFailures = new Map<string, number>();

  constructor(clock: Pick<Clock, 'monotonic'>) {
    this.#clock = clock;
  }

  /** Settles as `ask` does. */
  async measure<T>(
    { name, failurePolicy }: AskedWebhook,
    type: WebhookType,
    { operation, call }: AdmissionRequest,
    ask: () => Promise<T>,
  ): Promise<T> {
    const startMs = this.#clock.monotonic();
    let outcome = success;
    try {
      return await ask();
    } catch (error) {
      outcome = outcomeOf(error, failurePolicy === 'Ignore');
      throw error;
    } finally {
      const durationMs = this.#clock.monotonic() - startMs;
      call.noteWebhook?.(type === 'admit', durationMs);
      this.#note(name, type, operation, outcome, durationMs);
    }
  }

  write(out: Exposition): void {
    out.histogram(
      'apiserver_admission_webhook_admission_duration_seconds',
      'STABLE',
      'Admission webhook latency histogram in seconds, identified by name and broken out for each operation and API resource and type (validate or admit).',
      this.#durations,
    );
    out.counter(
      'apiserver_admission_webhook_fail_open_count',
      'ALPHA',
      'Admission webhook fail open count, identified by name and broken out for each admission type (validating or admit).',
      this.#openFailures,
    );
    out.counter(
      'apiserver_admission_webhook_rejection_count',
      'ALPHA',
      'Admission webhook rejection count, identified by name and broken out for each admission type (validating or admit) and operation. Additional labels specify an error type (calling_webhook_error or apiserver_internal_error if an error occurred; no_error otherwise) and optionally a non-zero rejection code if the webhook rejects the request with an HTTP status code (honored by the apiserver when the code is greater or equal to 400). Codes greater than 600 are truncated to 600, to keep the metrics cardinality bounded.',
      this.#rejections,
    );
    out.counter(
      'apiserver_admission_webhook_request_total',
      'ALPHA',
      'Admission webhook request total, identified by name and broken out for each admission type (validating or admit) and operation. Additional labels specify whether the request was rejected or not and an HTTP status code. Codes greater than 600 are truncated to 600, to keep the metrics cardinality bounded.',
      this.#requests,
    );
  }

  #note(name: string, type: WebhookType, operation: string, outcome: Outcome, durationMs: number): void {
    const { errorType } = outcome;
    const code = String(Math.min(outcome.code, codeMax));
    const rejected = String(outcome.isRejected);
    const labels = formatLabels({ name, operation, rejected, type });
    let durations = this.#durations.get(labels);
    if (durations === undefined) {
      durations = new Histogram(boundsSeconds);
      this.#durations.set(labels, durations);
    }
    durations.observe(durationMs / 1000);
    count(this.#requests, formatLabels({ code, name, operation, rejected, type }));
    if (outcome.isRejected && errorType !== undefined) {
      count(this.#rejections, formatLabels({ error_type: errorType, name, operation, rejection_code: code, type }));
    }
    if (errorType !== undefined && !outcome.isRejected) count(this.#openFailures, formatLabels({ name, type }));
  }
}

function outcomeOf(error: unknown, isIgnored: boolean): Outcome {
  if (error instanceof CallFailure) {
    return { code: error.code, isRejected: !isIgnored, errorType: 'calling_webhook_error' };
  }
  return error instanceof WebhookDenial
    ? { code: error.code, isRejected: true, errorType: 'no_error' }
    : { code: 0, isRejected: true, errorType: 'apiserver_internal_error' };
}

function count(counts: Map<string, number>, labels: string): void {
  counts.set(labels, (counts.get(labels) ?? 0) + 1);
}
