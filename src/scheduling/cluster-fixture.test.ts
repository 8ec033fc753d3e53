import type { Node, Pod } from '../api/generated/index.ts';
import type { LabelMatcher } from '../machinery/index.ts';
import { createSeededRandom } from '../world/index.ts';
import {
  type BudgetLookup,
  ClusterColumns,
  createPodEntry,
  findPreemption,
  formatFitError,
  formatPreemptionFailure,
  type PreemptionCandidate,
  placePod,
} from './index.ts';

export interface NodeTraits {
  readonly labels?: Readonly<Record<string, string>>;
  readonly allocatable?: Readonly<Record<string, string>>;
  readonly spec?: Node['spec'];
}

/** A node of four cores and 8 GiB, labelled with its own name. */
export function nodeOf(name: string, { labels, allocatable, spec }: NodeTraits = {}): Node {
  return {
    metadata: { name, labels: { 'kubernetes.io/hostname': name, ...labels } },
    spec: spec ?? {},
    status: { allocatable: { cpu: '4', memory: '8Gi', pods: '110', ...allocatable } },
  };
}

export interface PodTraits {
  readonly namespace?: string;
  readonly labels?: Readonly<Record<string, string>>;
  readonly requests?: Readonly<Record<string, string>>;
  readonly startTime?: string;
  readonly spec?: Partial<NonNullable<Pod['spec']>>;
}

export function podOf(name: string, traits: PodTraits = {}): Pod {
  const { namespace = 'default', labels, requests, startTime, spec } = traits;
  return {
    metadata: { name, namespace, uid: `uid of ${name}`, labels },
    spec: { containers: [{ name: 'main', image: 'app', resources: { requests } }], ...spec },
    status: { startTime },
  };
}

/** A cluster to place pods on, with the answers as their tests want them. Holds no tests itself. */
export class TestCluster {
  readonly columns = new ClusterColumns();
  readonly #random = createSeededRandom(1);

  constructor(...nodes: readonly Node[]) {
    for (const node of nodes) this.columns.setNode(node);
  }

  /** Puts pods where they run already. */
  run(nodeName: string, ...pods: readonly Pod[]): this {
    for (const pod of pods) this.columns.addPod(createPodEntry(pod), nodeName);
    return this;
  }

  place(pod: Pod, siblings?: LabelMatcher) {
    return placePod(createPodEntry(pod), this.columns, { random: this.#random, siblings });
  }

  /** The node that the pod gets, which then runs it there; or the scheduler's message. */
  schedule(pod: Pod, siblings?: LabelMatcher): string {
    const placement = this.place(pod, siblings);
    if (!placement.isPlaced) return formatFitError(placement.diagnosis);
    this.run(placement.nodeName, pod);
    return placement.nodeName;
  }

  /** Every node on which the pod may run: those that are not refused. */
  feasibleFor(pod: Pod): string[] {
    const names = this.columns.nodes.flatMap(node => (node === undefined ? [] : [node.metadata.name ?? '']));
    const placement = this.place(pod);
    if (!placement.isPlaced) return [];
    return names.filter(name => {
      const pinned = { ...pod, spec: { ...pod.spec!, nodeName: name } };
      return this.place(pinned).isPlaced;
    });
  }

  /** Who would have to go for the pod; or the scheduler's whole message when that helps nobody. */
  preempt(pod: Pod, budgetOf: BudgetLookup = () => undefined): PreemptionCandidate | string {
    const entry = createPodEntry(pod);
    const placement = this.place(pod);
    if (placement.isPlaced) throw new Error(`${pod.metadata.name} fits on ${placement.nodeName}`);
    const { diagnosis } = placement;
    const result = findPreemption(entry, this.columns, diagnosis, budgetOf);
    if (result.candidate !== undefined) return result.candidate;
    return formatFitError(diagnosis, formatPreemptionFailure(diagnosis.nodeCount, result.reasons));
  }
}
