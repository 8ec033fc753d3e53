/**
 * How many pods a PodDisruptionBudget can spare, which is what evictions (`kubectl drain`) ask.
 *
 * Absent: pods whose controller is a custom resource with a scale (their budgets, if they need a scale, allow nothing), and
 * the reset of DisruptionTarget conditions whose pod was not deleted after all.
 *
 * Start reading at `disruption.ts`.
 */
export { disruptionController } from './disruption.ts';
