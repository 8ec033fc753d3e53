import type { NodeConnections } from '../../apiserver/index.ts';
import type { ControlPlane } from '../../cluster/index.ts';
import type { World } from '../../world/index.ts';
import type { ClusterRanges } from './cluster-ranges.ts';

/** Nodes of whatever sort, before there is a control plane to register with. */
export interface PreparedNodes {
  readonly ranges: ClusterRanges;
  /**
   * An address of this host that pods reach, where the API server is to listen as well; nobody beyond the host can.
   * Absent where no pod runs.
   */
  readonly podGateway?: string | undefined;
  /** Resolves when this host has that address. */
  readonly podGatewayReady: Promise<unknown>;
  /** Resolves when they have registered. */
  start(surroundings: NodeSurroundings): Promise<ClusterNodes>;
  /** Takes back what the preparation did, after `ClusterNodes.stop` or instead of it. */
  release(): Promise<void>;
}

/** The nodes of a cluster that runs. */
export interface ClusterNodes {
  /** Of those that run in this process. Whoever likes may register others. */
  readonly names: readonly string[];
  readonly connections: NodeConnections;
  /** Resolves when pods reach Services and names. */
  readonly networkReady: Promise<unknown>;
  /** Absent with simulated nodes. */
  readonly containerdSocket?: string | undefined;
  /** Ends them, and what runs on them unless pods are to be kept. */
  stop(): Promise<void>;
}

export interface NodeSurroundings {
  readonly world: World;
  readonly plane: ControlPlane;
}
