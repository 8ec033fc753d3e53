import type { NodeConnections } from '../../apiserver/index.ts';
import type { ControlPlane } from '../../cluster/index.ts';
import type { World } from '../../world/index.ts';

/** The nodes of a cluster that runs, of whatever sort. */
export interface ClusterNodes {
  readonly connections: NodeConnections;
  /** Absent with simulated nodes. */
  readonly containerdSocket?: string | undefined;
  /** Ends them; with `keepsPods` what runs on them goes on. */
  stop(keepsPods: boolean): Promise<void>;
}

export interface NodeSurroundings {
  readonly world: World;
  readonly plane: ControlPlane;
}
