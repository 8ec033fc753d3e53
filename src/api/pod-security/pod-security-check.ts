import type { Container, PodSpec } from '../generated/index.ts';

/** What checks look at: a pod, or the template of one. */
export interface CheckedPod {
  readonly annotations: Readonly<Record<string, string>>;
  readonly spec: PodSpec;
}

/** Why a pod does not meet a level: `hostPath volumes` and, in detail, `volume "a"`. */
export interface PodSecurityViolation {
  readonly reason: string;
  readonly detail: string;
}

export type CheckPod = (pod: CheckedPod) => PodSecurityViolation | undefined;

/** One demand of a level, and how it has changed over the releases. */
export interface PodSecurityCheck {
  /** Upstream's, because violations are told in the order of these. */
  readonly id: string;
  readonly level: 'baseline' | 'restricted';
  /** By the minor release from which each holds, ascending. */
  readonly versions: readonly {
    readonly since: number;
    readonly check: CheckPod;
    /** The ids of baseline's checks that this one stands for in `restricted`. */
    readonly overrides?: readonly string[];
  }[];
}

/** Containers of every sort, in the order in which violations name them. */
export function allContainers(spec: PodSpec): readonly Container[] {
  const { initContainers, containers, ephemeralContainers } = spec;
  if (initContainers === undefined && ephemeralContainers === undefined) return containers;
  return [...(initContainers ?? []), ...containers, ...((ephemeralContainers ?? []) as readonly Container[])];
}

/** The names of the containers that fail. */
export function namesWhere(spec: PodSpec, fails: (container: Container) => boolean): readonly string[] {
  return allContainers(spec)
    .filter(fails)
    .map(({ name }) => name);
}

/** `"a", "b"` */
export function quoteAll(items: Iterable<string>): string {
  return [...items].map(item => `"${item}"`).join(', ');
}

/** Without repetition, in the order of code units. */
export function sortedSet(items: Iterable<string>): readonly string[] {
  return [...new Set(items)].sort();
}

export function pluralize(singular: string, plural: string, count: number): string {
  return count === 1 ? singular : plural;
}

/** `container "a"`, `containers "a", "b"` */
export function nameContainers(names: readonly string[]): string {
  return `${pluralize('container', 'containers', names.length)} ${quoteAll(names)}`;
}

/** `pod and containers "a", "b"`; empty where neither the pod nor a container is at fault. */
export function nameSetters(isPodAtFault: boolean, containers: readonly string[]): string {
  const setters = isPodAtFault ? ['pod'] : [];
  if (containers.length > 0) setters.push(nameContainers(containers));
  return setters.join(' and ');
}

/** Kubernetes: since 1.25 what only Linux knows is not demanded of pods that say they run on Windows. */
export function exceptOnWindows(check: CheckPod): CheckPod {
  return pod => (pod.spec.os?.name === 'windows' ? undefined : check(pod));
}

/** Kubernetes: since 1.35 root in a user namespace of the pod's own counts as nobody in particular. */
export function exceptInUserNamespace(check: CheckPod): CheckPod {
  return pod => (pod.spec.hostUsers === false ? undefined : check(pod));
}
