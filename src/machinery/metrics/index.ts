/**
 * Numbers that a component keeps of itself, and the text in which Prometheus reads them. Counting is a few additions to
 * plain numbers; texts are made only when somebody asks. What is counted belongs to whoever counts it.
 *
 * Start reading at `exposition.ts`.
 */
export { Exposition, formatLabels, type Stability } from './exposition.ts';
export { Histogram } from './histogram.ts';
