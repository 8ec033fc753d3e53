import { type Exposition, Histogram } from '../../machinery/metrics/index.ts';
import type { Clock } from '../../world/index.ts';
import type { AuthorizationAttributes, AuthorizationDecision, Authorizer } from '../core-contract.ts';

/** Kubernetes: `ExponentialBuckets(0.001, 2, 15)`. */
const boundsSeconds = Array.from({ length: 15 }, (_, i) => Number((0.001 * 2 ** i).toFixed(3)));

/** An authorizer that counts what it is asked. */
export class CountedAuthorizer implements Authorizer {
  readonly prepare: Authorizer['prepare'];
  readonly #authorizer: Authorizer;
  readonly #clock: Pick<Clock, 'monotonic'>;
  readonly #allowed = new Histogram(boundsSeconds);
  readonly #refused = new Histogram(boundsSeconds);

  constructor(authorizer: Authorizer, clock: Pick<Clock, 'monotonic'>) {
    this.#authorizer = authorizer;
    this.prepare = authorizer.prepare?.bind(authorizer);
    this.#clock = clock;
  }

  get generation(): number {
    return this.#authorizer.generation;
  }

  authorize(attributes: AuthorizationAttributes): AuthorizationDecision {
    const startMs = this.#clock.monotonic();
    const decision = this.#authorizer.authorize(attributes);
    (decision.allowed ? this.#allowed : this.#refused).observe((this.#clock.monotonic() - startMs) / 1000);
    return decision;
  }

  write(out: Exposition): void {
    const used = [
      ['result="allowed"', this.#allowed],
      // Kubernetes: nobody here denies what another might allow.
      ['result="no-opinion"', this.#refused],
    ] as const;
    const seen = used.filter(([, durations]) => durations.count > 0);
    out.counter(
      'authorization_attempts_total',
      'ALPHA',
      "Counter of authorization attempts broken down by result. It can be either 'allowed', 'denied', 'no-opinion' or 'error'.",
      seen.map(([labels, durations]) => [labels, durations.count]),
    );
    out.histogram(
      'authorization_duration_seconds',
      'ALPHA',
      'Authorization duration in seconds broken out by result.',
      seen,
    );
  }
}
