import { compareText } from '../../machinery/index.ts';
import type { HealthCheck } from '../health-check.ts';
import { Exposition, formatLabels } from '../metrics/index.ts';
import { checksOf, type HealthEndpoint } from './health.ts';

const endpoints: readonly HealthEndpoint[] = ['healthz', 'livez', 'readyz'];

/**
 * What health checks have said, for `/metrics/slis`.
 *
 * Differs from Kubernetes: a check that nobody has asked for is asked when its figures are, instead of being left out.
 */
export class HealthFigures {
  /** By labels. */
  readonly #counts = new Map<string, number>();

  count(endpoint: HealthEndpoint, name: string, isWell: boolean): void {
    const labels = formatLabels({ name, status: isWell ? 'success' : 'error', type: endpoint });
    this.#counts.set(labels, (this.#counts.get(labels) ?? 0) + 1);
  }

  /** Kubernetes: its names and help texts. */
  format(checks: readonly HealthCheck[]): string {
    const out = new Exposition();
    const states = endpoints.flatMap(type =>
      checksOf(type, checks).map(
        ({ name, check }) => [formatLabels({ name, type }), check() === undefined ? 1 : 0] as const,
      ),
    );
    const about = 'This metric records the result of a single healthcheck.';
    out.gauge('kubernetes_healthcheck', 'STABLE', about, states.sort(byLabels));
    const aboutAll = 'This metric records the results of all healthcheck.';
    out.counter('kubernetes_healthchecks_total', 'STABLE', aboutAll, [...this.#counts].sort(byLabels));
    return out.format();
  }
}

function byLabels([left]: readonly [string, number], [right]: readonly [string, number]): number {
  return compareText(left, right);
}
