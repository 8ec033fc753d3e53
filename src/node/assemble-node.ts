import { type Node, nodes, type Pod, pods, services } from '../api/generated/index.ts';
import { type Client, EventRecorder, Informer, type Informers } from '../client/index.ts';
import type { World } from '../world/index.ts';
import { PodCgroups } from './cgroups/index.ts';
import { BackOff } from './decisions/index.ts';
import { ImageProvider } from './images/index.ts';
import { LogRotator, type RunningLog } from './logs/index.ts';
import { NodePaths } from './node-paths.ts';
import { ReferencedObjects } from './objects/index.ts';
import { defaultClusterDomain, type NodeAgentOptions } from './options.ts';
import { OrphanCleaner, PodEvents, type PodMeans, PodWorkers } from './pods/index.ts';
import { PodProbes, ProbeResults } from './probes/index.ts';
import { LeaseKeeper, NodeReporter } from './registration/index.ts';
import type { ContainerRuntime, Host } from './runtime/index.ts';
import { RuntimePodReader } from './runtime-pods/index.ts';
import { StatusWriter } from './status/index.ts';
import { StorageLimits } from './storage-limits/index.ts';
import { ImageVolumes, PodVolumes, ServiceAccountTokens, VolumeMounter } from './volumes/index.ts';

export interface NodeSurroundings {
  readonly world: World;
  readonly client: Client;
  /** For what is the same for all nodes of a process (Services); the rest is watched for this node alone. */
  readonly informers: Informers;
  readonly runtime: ContainerRuntime;
  readonly host: Host;
}

/** The parts of a node, connected and not yet started. */
export interface NodeParts {
  readonly means: PodMeans;
  readonly reporter: NodeReporter;
  readonly lease: LeaseKeeper;
  readonly workers: PodWorkers;
  readonly rotator: LogRotator;
  readonly storageLimits: StorageLimits;
  readonly podInformer: Informer<Pod>;
  readonly nodeInformer: Informer<Node>;
}

export function assembleNode(surroundings: NodeSurroundings, options: NodeAgentOptions): NodeParts {
  const { world, client, runtime, host } = surroundings;
  const { name } = options;
  const podInformer = new Informer(world, client, pods, { fieldSelector: `spec.nodeName=${name}` });
  const nodeInformer = new Informer(world, client, nodes, { fieldSelector: `metadata.name=${name}` });
  const recorder = new EventRecorder(world, client, 'kubelet', name);
  const wakeAll = (): void => workers.wakeAll();
  const reporter = new NodeReporter(world, client, nodeInformer, { runtime, host }, options, recorder, wakeAll);
  const means = assembleMeans(surroundings, options, {
    events: new PodEvents(recorder),
    statuses: new StatusWriter(world, client, podInformer),
    facts: reporter,
    wake: uid => workers.wake(uid),
    onProbe: uid => {
      workers.get(uid)?.publishReadiness();
      workers.wake(uid);
    },
  });
  const workers: PodWorkers = new PodWorkers(means, podInformer, new OrphanCleaner(means));
  const rotator = new LogRotator(world, runtime, host.files, () => listRunningLogs(workers));
  const storageLimits = new StorageLimits(means, workers);
  const lease = new LeaseKeeper(world, client, name, () => reporter.node);
  return { means, reporter, lease, workers, rotator, storageLimits, podInformer, nodeInformer };
}

interface Wires extends Pick<PodMeans, 'events' | 'statuses' | 'facts'> {
  wake(podUid: string): void;
  onProbe(podUid: string): void;
}

function assembleMeans(surroundings: NodeSurroundings, options: NodeAgentOptions, wires: Wires): PodMeans {
  const { world, client, informers, runtime, host } = surroundings;
  const { events, statuses, facts } = wires;
  const agentStartedAt = world.clock.now();
  const paths = new NodePaths(options.rootDir);
  const results = new ProbeResults();
  const objects = new ReferencedObjects(world, client, wires.wake);
  const tokens = new ServiceAccountTokens(world, client);
  const onEvent = (pod: Pod, fieldPath: string, reason: string, message: string): void =>
    events.ofField(pod, fieldPath, 'Warning', reason, message);
  const duties = { world, runtime, probes: host.probes, results, onEvent, onChange: wires.onProbe };
  const images = new ImageProvider(world, runtime, objects);
  const imageVolumes = new ImageVolumes(runtime, host, paths, images);
  const mounter = new VolumeMounter(host, paths, objects, tokens);
  return {
    world,
    client,
    runtime,
    host,
    paths,
    dns: { servers: options.clusterDns ?? [], domain: options.clusterDomain ?? defaultClusterDomain },
    resolvConf: options.resolvConf ?? '/etc/resolv.conf',
    events,
    reader: new RuntimePodReader(runtime, host.files),
    statuses,
    probes: new PodProbes(duties, agentStartedAt),
    results,
    objects,
    volumes: new PodVolumes(host, paths, mounter, objects, tokens, imageVolumes),
    imageVolumes,
    images,
    cgroups: new PodCgroups(host.cgroups, options.cgroupParent ?? '', options.podPidsLimit),
    services: informers.of(services),
    crashLoops: new BackOff(),
    facts,
    agentStartedAt,
  };
}

function listRunningLogs(workers: PodWorkers): readonly RunningLog[] {
  return workers
    .list()
    .flatMap(({ runtimePod }) => runtimePod?.containers ?? [])
    .filter(({ state, logPath }) => state === 'running' && logPath !== '')
    .map(({ id, logPath }) => ({ containerId: id, path: logPath }));
}
