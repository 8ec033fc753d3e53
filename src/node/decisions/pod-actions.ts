import type { Container } from '../../api/generated/index.ts';

/** Why a container is killed: decides which grace period it has. */
export type KillReason = 'startupProbe' | 'livenessProbe' | 'unknown' | 'failedPostStartHook';

export interface KillAction {
  readonly containerId: string;
  readonly container: Container;
  /** For the `Killing` event. */
  readonly message: string;
  readonly reason: KillReason;
}

/** What has to be done about a pod now, in this order. */
export interface PodActions {
  /** Everything of it is to stop. Without `createSandbox` the pod has come to its end. */
  readonly killPod: boolean;
  readonly createSandbox: boolean;
  /** The sandbox that runs, or the one that is replaced. */
  readonly sandboxId: string | undefined;
  /** Of the sandbox to create, or that runs. */
  readonly attempt: number;
  readonly containersToKill: readonly KillAction[];
  readonly ephemeralContainersToStart: readonly Container[];
  readonly initContainersToStart: readonly Container[];
  readonly containersToStart: readonly Container[];
}

/** What probes have found, by container id. */
export interface ProbeOutcomes {
  liveness(containerId: string): ProbeOutcome | undefined;
  startup(containerId: string): ProbeOutcome | undefined;
}

export type ProbeOutcome = 'success' | 'failure' | 'unknown';

export function hasWork(actions: PodActions): boolean {
  return (
    actions.killPod ||
    actions.createSandbox ||
    actions.containersToKill.length > 0 ||
    actions.ephemeralContainersToStart.length > 0 ||
    actions.initContainersToStart.length > 0 ||
    actions.containersToStart.length > 0
  );
}
