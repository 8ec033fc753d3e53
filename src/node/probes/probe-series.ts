import type { Probe } from '../../api/generated/index.ts';

/** Where a series of equal outcomes stands. */
export interface ProbeSeries {
  readonly last: 'success' | 'failure' | undefined;
  readonly count: number;
}

export const freshSeries: ProbeSeries = { last: undefined, count: 0 };

/** Adds one outcome; `isDecided` once it has come often enough in a row to count. */
export function extendSeries(
  series: ProbeSeries,
  outcome: 'success' | 'failure',
  probe: Probe,
): ProbeSeries & { readonly isDecided: boolean } {
  const count = series.last === outcome ? series.count + 1 : 1;
  const threshold = outcome === 'failure' ? (probe.failureThreshold ?? 3) : (probe.successThreshold ?? 1);
  return { last: outcome, count, isDecided: count >= threshold };
}

/**
 * Differs from Kubernetes: a readiness or startup probe over the network is tried a few times more, quietly, while its
 * first period lasts, so that a server that listens after 200 ms need not wait for the next period, nor what comes after a
 * sidecar. These tries can only make a container ready or started; kubelet reaches the same for readiness by probing at
 * every sync until it is ready.
 */
export function earlyTryDelayMs(tries: number): number {
  return 100 * 2 ** tries;
}
