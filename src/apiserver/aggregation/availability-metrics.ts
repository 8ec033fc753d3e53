import { Exposition, formatLabels } from '../metrics/index.ts';
import type { Availability } from './judge-availability.ts';

/** Counts how APIServices fare, under upstream's names. */
export class AvailabilityMetrics {
  readonly #isAvailable = new Map<string, boolean>();
  /** By name and reason. */
  readonly #failures = new Map<string, number>();

  /** What a check has found. */
  note(name: string, { status, reason }: Availability): void {
    const isAvailable = status === 'True';
    if (!isAvailable && this.#isAvailable.get(name) === true) {
      const labels = formatLabels({ name, reason });
      this.#failures.set(labels, (this.#failures.get(labels) ?? 0) + 1);
    }
    this.#isAvailable.set(name, isAvailable);
  }

  forget(name: string): void {
    this.#isAvailable.delete(name);
  }

  format(): string {
    const exposition = new Exposition();
    exposition.gauge(
      'aggregator_unavailable_apiservice',
      'ALPHA',
      'Gauge of APIServices which are marked as unavailable broken down by APIService name.',
      [...this.#isAvailable].map(([name, isAvailable]) => [formatLabels({ name }), isAvailable ? 0 : 1] as const),
    );
    exposition.counter(
      'aggregator_unavailable_apiservice_total',
      'ALPHA',
      'Counter of APIServices which are marked as unavailable broken down by APIService name and reason.',
      this.#failures,
    );
    return exposition.format();
  }
}
