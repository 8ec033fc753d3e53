/**
 * Whole clusters in virtual time: a day's work on simulated nodes, invariants that must hold at all times, and a digest
 * that tells whether two runs went the same way.
 *
 * Start reading at `simulation.ts`.
 */
export { HistoryDigest } from './history-digest.ts';
export { type Invariant, InvariantViolation } from './invariants/index.ts';
export { Simulation, type SimulationOptions, type SimulationReport } from './simulation.ts';
export { dailyWorkload, type WorkloadOptions } from './workload.ts';
