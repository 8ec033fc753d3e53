import { humanizeAge } from '../../machinery/index.ts';
import type { Container, ContainerStatus, Pod } from '../generated/index.ts';
import type { Column } from '../kind-definition.ts';
import { ageColumn, nameColumn, textColumn, wide } from './table-columns.ts';

/** What `kubectl get pods` says of a pod. Kubernetes: `printPod`. */
interface PodSummary {
  readonly ready: number;
  readonly total: number;
  readonly reason: string;
  readonly restarts: number;
  /** When a container last ended before it was restarted. */
  readonly lastRestart: string | undefined;
}

const summaries = new WeakMap<Pod, PodSummary>();

/** A pod's summary; each version of a pod is looked at once. */
export function summarizePod(pod: Pod): PodSummary {
  const known = summaries.get(pod);
  if (known !== undefined) return known;
  const summary = new Summary(pod).build();
  summaries.set(pod, summary);
  return summary;
}

class Summary {
  private readonly pod: Pod;
  private ready = 0;
  private restarts = 0;
  private lastRestart: string | undefined;
  private reason: string;
  /** Up to the first init container that still holds things up. */
  private readonly seenSidecars: ContainerStatus[] = [];

  constructor(pod: Pod) {
    this.pod = pod;
    const { phase, reason, conditions } = pod.status ?? {};
    const isGated = conditions?.some(c => c.type === 'PodScheduled' && c.reason === 'SchedulingGated') ?? false;
    this.reason = isGated ? 'SchedulingGated' : reason || (phase ?? '');
  }

  build(): PodSummary {
    const { spec } = this.pod;
    const sidecars = (spec.initContainers ?? []).filter(isSidecar);
    const isInitializing = this.countInitContainers();
    if (!isInitializing || hasCondition(this.pod, 'Initialized')) {
      this.restarts = 0;
      this.lastRestart = undefined;
      for (const sidecar of this.seenSidecars) this.countRestarts(sidecar);
      this.countContainers();
    }
    this.considerDeletion();
    return {
      ready: this.ready,
      total: (spec.containers ?? []).length + sidecars.length,
      reason: this.reason,
      restarts: this.restarts,
      lastRestart: this.lastRestart,
    };
  }

  /** Whether an init container still keeps the others from starting; it then gives the reason. */
  private countInitContainers(): boolean {
    const { spec, status } = this.pod;
    for (const [index, container] of (status?.initContainerStatuses ?? []).entries()) {
      this.countRestarts(container);
      const definition = spec.initContainers?.find(candidate => candidate.name === container.name);
      const isBeside = definition !== undefined && isSidecar(definition);
      if (isBeside) this.seenSidecars.push(container);
      if (container.state?.terminated?.exitCode === 0) continue;
      if (isBeside && container.started === true) {
        if (container.ready) this.ready++;
        continue;
      }
      this.reason = `Init:${describeInit(container, index, spec.initContainers?.length ?? 0)}`;
      return true;
    }
    return false;
  }

  private countRestarts(container: ContainerStatus): void {
    this.restarts += container.restartCount ?? 0;
    const ended = container.lastState?.terminated?.finishedAt;
    if (ended !== undefined && (this.lastRestart === undefined || ended > this.lastRestart)) this.lastRestart = ended;
  }

  private countContainers(): void {
    let hasRunning = false;
    let failure = '';
    for (const container of (this.pod.status?.containerStatuses ?? []).toReversed()) {
      this.countRestarts(container);
      const { waiting, terminated, running } = container.state ?? {};
      if ((waiting?.reason ?? '') !== '') this.reason = waiting!.reason!;
      else if (terminated !== undefined) {
        this.reason = describeEnd(terminated);
        if (terminated.exitCode !== 0) failure = this.reason;
      } else if (container.ready && running !== undefined) {
        hasRunning = true;
        this.ready++;
      }
    }
    if (this.reason !== 'Completed') return;
    if (hasRunning && hasCondition(this.pod, 'Ready')) this.reason = 'Running';
    else if (failure !== '') this.reason = failure;
    else if (hasRunning) this.reason = 'NotReady';
  }

  private considerDeletion(): void {
    if (this.pod.metadata.deletionTimestamp === undefined) return;
    const { phase, reason } = this.pod.status ?? {};
    if (reason === 'NodeLost') this.reason = 'Unknown';
    else if (phase !== 'Succeeded' && phase !== 'Failed') this.reason = 'Terminating';
  }
}

function isSidecar(container: Container): boolean {
  return container.restartPolicy === 'Always';
}

function hasCondition(pod: Pod, type: string): boolean {
  return pod.status?.conditions?.some(condition => condition.type === type && condition.status === 'True') ?? false;
}

interface Ended {
  readonly reason?: string | undefined;
  readonly signal?: number | undefined;
  readonly exitCode: number;
}

function describeEnd({ reason, signal, exitCode }: Ended): string {
  if ((reason ?? '') !== '') return reason!;
  return signal ? `Signal:${signal}` : `ExitCode:${exitCode}`;
}

function describeInit({ state }: ContainerStatus, index: number, count: number): string {
  if (state?.terminated !== undefined) return describeEnd(state.terminated);
  const waiting = state?.waiting?.reason ?? '';
  return waiting !== '' && waiting !== 'PodInitializing' ? waiting : `${index}/${count}`;
}

function formatRestarts(pod: Pod, nowMs: number): string {
  const { restarts, lastRestart } = summarizePod(pod);
  return restarts === 0 || lastRestart === undefined
    ? String(restarts)
    : `${restarts} (${humanizeAge(lastRestart, nowMs)} ago)`;
}

function formatGates({ spec, status }: Pod): string {
  const gates = spec.readinessGates ?? [];
  if (gates.length === 0) return '<none>';
  const open = gates.filter(gate =>
    status?.conditions?.some(condition => condition.type === gate.conditionType && condition.status === 'True'),
  );
  return `${open.length}/${gates.length}`;
}

export const podColumns: readonly Column<Pod>[] = [
  nameColumn,
  textColumn<Pod>(
    'Ready',
    'Containers that are ready, of all.',
    pod => `${summarizePod(pod).ready}/${summarizePod(pod).total}`,
  ),
  textColumn<Pod>('Status', 'Where the pod stands.', pod => summarizePod(pod).reason),
  textColumn<Pod>('Restarts', 'How often containers were restarted, and when last.', formatRestarts),
  ageColumn,
  textColumn<Pod>('IP', 'Its address.', pod => pod.status?.podIPs?.[0]?.ip || '<none>', wide),
  textColumn<Pod>('Node', 'Its node.', pod => pod.spec.nodeName || '<none>', wide),
  textColumn<Pod>(
    'Nominated Node',
    'The node where room is being made.',
    pod => pod.status?.nominatedNodeName || '<none>',
    wide,
  ),
  textColumn<Pod>('Readiness Gates', 'Gates that are open, of all.', formatGates, wide),
];
