/**
 * Probes: when each is due, what its outcomes amount to, and who hears of it. What follows from a result (a restart,
 * readiness) is decided in `decisions/` and `status/`.
 *
 * Start reading at `probe-worker.ts`.
 */
export { PodProbes } from './pod-probes.ts';
export { ProbeResults, type ProbeType } from './probe-results.ts';
export { extendSeries, freshSeries, type ProbeSeries } from './probe-series.ts';
export type { ProbeDuties } from './probe-worker.ts';
export { resolvePort } from './resolve-port.ts';
export { getHttp, type ProbeReport, type ProbeTarget, runProbe } from './run-probe.ts';
