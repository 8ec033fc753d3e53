/**
 * What the server counts of itself where it is nobody else's to count: admission and authorization. How numbers are kept
 * and shown is in `machinery/metrics`.
 *
 * Start reading at `admission-metrics.ts`.
 */
export { Exposition, formatLabels, Histogram, type Stability } from '../../machinery/metrics/index.ts';
export { AdmissionMetrics, type AdmissionType } from './admission-metrics.ts';
export { CountedAuthorizer } from './counted-authorizer.ts';
