import type { Service } from '../../api/generated/index.ts';
import type { Client, Informer } from '../../client/index.ts';
import type { World } from '../../world/index.ts';
import type { PodCgroups } from '../cgroups/index.ts';
import type { BackOff } from '../decisions/index.ts';
import type { ImageProvider } from '../images/index.ts';
import type { ClusterDns } from '../network-files/index.ts';
import type { NodePaths } from '../node-paths.ts';
import type { ReferencedObjects } from '../objects/index.ts';
import type { PodProbes, ProbeResults } from '../probes/index.ts';
import type { ContainerRuntime, Host } from '../runtime/index.ts';
import type { RuntimePodReader } from '../runtime-pods/index.ts';
import type { StatusWriter } from '../status/index.ts';
import type { ImageVolumes, PodVolumes } from '../volumes/index.ts';
import type { NodeFacts } from './node-facts.ts';
import type { PodEvents } from './pod-events.ts';

/** Everything that a pod's worker works with: made once for the node, shared by all its pods. */
export interface PodMeans {
  readonly world: World;
  readonly client: Client;
  readonly runtime: ContainerRuntime;
  readonly host: Host;
  readonly paths: NodePaths;
  readonly dns: ClusterDns;
  /** `/etc/resolv.conf`, unless told otherwise. */
  readonly resolvConf: string;
  readonly events: PodEvents;
  readonly reader: RuntimePodReader;
  readonly statuses: StatusWriter;
  readonly probes: PodProbes;
  readonly results: ProbeResults;
  readonly objects: ReferencedObjects;
  readonly volumes: PodVolumes;
  readonly imageVolumes: ImageVolumes;
  readonly images: ImageProvider;
  readonly cgroups: PodCgroups;
  readonly services: Informer<Service>;
  readonly crashLoops: BackOff;
  readonly facts: NodeFacts;
  readonly agentStartedAt: number;
}
