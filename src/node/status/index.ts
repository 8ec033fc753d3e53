/**
 * A pod's status: built from the runtime's state and probe results by pure functions, and written to the API server
 * without touching what others keep there.
 *
 * Start reading at `build-pod-status.ts`.
 */
export { buildPodStatus, type PhaseOverride, type PodStatusInput } from './build-pod-status.ts';
export { idScheme, nothingResized, type ResizeView } from './container-status.ts';
export { computePhase, isTerminalPhase, type PodPhase } from './pod-phase.ts';
export { idOf, type ReadinessView } from './readiness.ts';
export type { StartFailure, StartFailures } from './start-failure.ts';
export { mergeStatus, StatusWriter } from './status-writer.ts';
export { terminateStatus } from './terminate-status.ts';
