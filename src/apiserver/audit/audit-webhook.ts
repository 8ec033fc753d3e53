import type { Clock, Timer } from '../../world/index.ts';
import type { OutboundCalls, OutboundRequest } from '../core-contract.ts';
import type { AuditBackend } from './audit-log.ts';

export interface AuditWebhookOptions {
  readonly calls: OutboundCalls;
  /** Where events are posted to, and by what that place is known. */
  readonly target: Omit<OutboundRequest, 'method' | 'body' | 'timeoutMs'>;
  readonly clock: Clock;
  /** How long after a failure it is tried again; each time half as long again. Default 10 s. */
  readonly initialBackoffMs?: number | undefined;
  /** How many events wait at most; more are lost. Default 10,000. */
  readonly bufferSize?: number | undefined;
  readonly batchSizeMax?: number | undefined;
  readonly batchWaitMs?: number | undefined;
  /** Batches a second, and how many may go at once after a rest. Default 10 and 15. */
  readonly batchesPerSecond?: number | undefined;
  readonly batchBurst?: number | undefined;
  readonly onLoss: (backend: string, error: unknown, count: number) => void;
}

const requestTimeoutMs = 30_000;
/** Kubernetes: `DefaultRetryBackoffWithInitialDelay`. */
const attemptsMax = 5;
const backoffFactor = 1.5;

/** Sends events in batches, beside the requests that they tell of. Kubernetes: `--audit-webhook-mode=batch`. */
export class AuditWebhook implements AuditBackend {
  readonly name = 'webhook';
  readonly #options: AuditWebhookOptions;
  #buffer: string[] = [];
  #timer: Timer | undefined;
  readonly #sending = new Set<Promise<void>>();
  #tokens: number;
  #tokensAtMs: number;
  #isClosed = false;

  constructor(options: AuditWebhookOptions) {
    this.#options = options;
    this.#tokens = options.batchBurst ?? 15;
    this.#tokensAtMs = options.clock.monotonic();
  }

  write(line: string): void {
    const { bufferSize = 10_000, batchSizeMax = 400, batchWaitMs = 30_000 } = this.#options;
    if (this.#isClosed) throw new Error('audit backend shut down');
    if (this.#buffer.length >= bufferSize) throw new Error('audit buffer queue blocked');
    this.#buffer.push(line);
    if (this.#buffer.length >= batchSizeMax) this.#sendSoon(0);
    else if (this.#timer === undefined) this.#sendSoon(batchWaitMs);
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    this.#timer?.cancel();
    while (this.#buffer.length > 0) this.#sendBatch();
    await Promise.all(this.#sending);
  }

  #sendSoon(delayMs: number): void {
    this.#timer?.cancel();
    this.#timer = this.#options.clock.after(delayMs, () => this.#sendDue());
  }

  #sendDue(): void {
    this.#timer = undefined;
    if (this.#buffer.length === 0 || this.#isClosed) return;
    const waitMs = this.#takeToken();
    if (waitMs > 0) {
      this.#sendSoon(waitMs);
      return;
    }
    this.#sendBatch();
    const { batchSizeMax = 400, batchWaitMs = 30_000 } = this.#options;
    if (this.#buffer.length > 0) this.#sendSoon(this.#buffer.length >= batchSizeMax ? 0 : batchWaitMs);
  }

  /** How long until the next batch may go; 0: now. */
  #takeToken(): number {
    const { clock, batchesPerSecond = 10, batchBurst = 15 } = this.#options;
    const nowMs = clock.monotonic();
    const gained = ((nowMs - this.#tokensAtMs) / 1000) * batchesPerSecond;
    this.#tokens = Math.min(batchBurst, this.#tokens + gained);
    this.#tokensAtMs = nowMs;
    if (this.#tokens < 1) return Math.ceil(((1 - this.#tokens) / batchesPerSecond) * 1000);
    this.#tokens--;
    return 0;
  }

  #sendBatch(): void {
    const { batchSizeMax = 400 } = this.#options;
    const batch = this.#buffer.slice(0, batchSizeMax);
    this.#buffer = this.#buffer.slice(batchSizeMax);
    const sending = this.#send(batch).finally(() => this.#sending.delete(sending));
    this.#sending.add(sending);
  }

  /** Never rejects: what cannot be sent is lost, and told. */
  async #send(batch: readonly string[]): Promise<void> {
    const { calls, target, clock, initialBackoffMs = 10_000, onLoss } = this.#options;
    const head = '{"kind":"EventList","apiVersion":"audit.k8s.io/v1","metadata":{},"items":[';
    const body = `${head}${batch.join(',')}]}`;
    const headers = { ...target.headers, 'content-type': 'application/json', accept: 'application/json' };
    let backoffMs = initialBackoffMs;
    for (let attempt = 1; ; attempt++) {
      try {
        const response = await calls.send({ ...target, method: 'POST', headers, body, timeoutMs: requestTimeoutMs });
        if (response.status >= 200 && response.status < 300) return;
        throw new Error(`the webhook answered ${response.status}`);
      } catch (error) {
        // A server that stops cannot wait for long.
        if (attempt >= attemptsMax || this.#isClosed) {
          onLoss(this.name, error, batch.length);
          return;
        }
      }
      await clock.sleep(backoffMs);
      backoffMs *= backoffFactor;
    }
  }
}
