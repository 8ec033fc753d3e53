import type {
  Container,
  Pod,
  PodAffinityTerm,
  ScopedResourceSelectorRequirement,
  WeightedPodAffinityTerm,
} from '../generated/index.ts';
import { computeQosClass } from '../kinds/index.ts';
import type { Amounts } from './amounts.ts';
import { podLimits, podRequests, withOverhead } from './pod-resources.ts';
import type { QuotaEvaluator } from './quota-evaluator.ts';
import { matchesValue } from './scope-value.ts';

const computed = ['cpu', 'memory', 'ephemeral-storage'] as const;

const names: ReadonlySet<string> = new Set([
  'count/pods',
  'pods',
  ...computed.flatMap(name => [name, `requests.${name}`, `limits.${name}`]),
]);

/** Kubernetes: a quota of these wants every container to say how much of them it needs. */
const demanded: ReadonlySet<string> = new Set([
  'cpu',
  'memory',
  'requests.cpu',
  'requests.memory',
  'limits.cpu',
  'limits.memory',
]);

/** Pods: their number, and what those ask for that have not ended. */
export const podEvaluator: QuotaEvaluator = {
  group: '',
  resource: 'pods',
  counts: name =>
    names.has(name) || /^(requests\.)?hugepages-/.test(name) || (name.startsWith('requests.') && name.includes('/')),
  isInScope: (object, scope) => isInScope(object as Pod, scope),
  usage: (object, nowMs) => {
    const pod = object as Pod;
    if (!isCharged(pod, nowMs)) return { 'count/pods': '1' };
    return { 'count/pods': '1', ...measure(withOverhead(pod, podRequests(pod)), withOverhead(pod, podLimits(pod))) };
  },
  findLack: (object, wanted) => findLack(object as Pod, wanted),
  isCountedAnew: (object, old) => isTerminating(object as Pod) !== isTerminating(old as Pod),
};

/** One that has ended, or whose grace is over, takes nothing any more. */
export function isCharged({ status, metadata }: Pod, nowMs: number): boolean {
  if (status?.phase === 'Succeeded' || status?.phase === 'Failed') return false;
  const { deletionTimestamp, deletionGracePeriodSeconds } = metadata;
  if (deletionTimestamp === undefined || deletionGracePeriodSeconds === undefined) return true;
  return nowMs <= Date.parse(deletionTimestamp) + deletionGracePeriodSeconds * 1000;
}

function measure(requests: Amounts, limits: Amounts): Amounts {
  const usage: Record<string, string> = { pods: '1' };
  for (const name of computed) {
    if (requests[name] !== undefined) {
      usage[name] = requests[name];
      usage[`requests.${name}`] = requests[name];
    }
    if (limits[name] !== undefined) usage[`limits.${name}`] = limits[name];
  }
  for (const name in requests) {
    const isHugePages = name.startsWith('hugepages-');
    if (isHugePages) usage[name] = requests[name]!;
    if (isHugePages || name.includes('/')) usage[`requests.${name}`] = requests[name]!;
  }
  return usage;
}

function findLack(pod: Pod, wanted: readonly string[]): string | undefined {
  const own = pod.spec.resources;
  if (Object.keys({ ...own?.requests, ...own?.limits }).length > 0) return undefined;
  const lacking = new Map<string, Set<string>>();
  for (const container of [...pod.spec.containers, ...(pod.spec.initContainers ?? [])]) {
    const usage = measureContainer(container);
    for (const name of wanted.filter(each => demanded.has(each) && usage[each] === undefined)) {
      lacking.set(name, (lacking.get(name) ?? new Set()).add(container.name));
    }
  }
  if (lacking.size === 0) return undefined;
  const parts = [...lacking.keys()].sort().map(name => `${name} for: ${[...lacking.get(name)!].sort().join(',')}`);
  return `must specify ${parts.join('; ')}`;
}

function measureContainer({ resources }: Container): Amounts {
  return measure(resources?.requests ?? {}, resources?.limits ?? {});
}

function isInScope(pod: Pod, scope: ScopedResourceSelectorRequirement): boolean {
  switch (scope.scopeName) {
    case 'Terminating':
      return isTerminating(pod);
    case 'NotTerminating':
      return !isTerminating(pod);
    case 'BestEffort':
      return computeQosClass(pod.spec) === 'BestEffort';
    case 'NotBestEffort':
      return computeQosClass(pod.spec) !== 'BestEffort';
    case 'PriorityClass':
      return matchesValue(scope, pod.spec.priorityClassName || undefined);
    case 'CrossNamespacePodAffinity':
      return looksAtOtherNamespaces(pod);
    default:
      return false;
  }
}

function isTerminating({ spec }: Pod): boolean {
  return spec.activeDeadlineSeconds !== undefined && spec.activeDeadlineSeconds >= 0;
}

function looksAtOtherNamespaces({ spec }: Pod): boolean {
  const { podAffinity, podAntiAffinity } = spec.affinity ?? {};
  return [podAffinity, podAntiAffinity].some(
    affinity =>
      affinity !== undefined &&
      termsOf(affinity).some(
        ({ namespaces = [], namespaceSelector }) => namespaces.length > 0 || namespaceSelector !== undefined,
      ),
  );
}

function termsOf(affinity: {
  readonly requiredDuringSchedulingIgnoredDuringExecution?: readonly PodAffinityTerm[] | undefined;
  readonly preferredDuringSchedulingIgnoredDuringExecution?: readonly WeightedPodAffinityTerm[] | undefined;
}): readonly PodAffinityTerm[] {
  return [
    ...(affinity.requiredDuringSchedulingIgnoredDuringExecution ?? []),
    ...(affinity.preferredDuringSchedulingIgnoredDuringExecution ?? []).map(({ podAffinityTerm }) => podAffinityTerm),
  ];
}
