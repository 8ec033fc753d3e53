import type { ContainerStatus, Job, Pod, PodFailurePolicyRule } from '../../api/generated/index.ts';

export interface PolicyVerdict {
  /** Whether the failure counts towards backoffLimit. */
  readonly counts: boolean;
  /** Why the whole Job fails, if it does. */
  readonly jobFailure?: string;
  /** The pod's index fails for good. */
  readonly failsIndex?: boolean;
}

const counts: PolicyVerdict = { counts: true };

/** What the Job's podFailurePolicy makes of a failed pod: the first rule that matches decides. */
export function judgeFailure(job: Job, pod: Pod): PolicyVerdict {
  const rules = job.spec?.podFailurePolicy?.rules ?? [];
  for (const [index, rule] of rules.entries()) {
    const match = matchRule(rule, pod, index);
    if (match === undefined) continue;
    if (rule.action === 'Ignore') return { counts: false };
    if (rule.action === 'FailJob') return { counts: true, jobFailure: match };
    if (rule.action === 'FailIndex') return { counts: true, failsIndex: true };
    return counts;
  }
  return counts;
}

function matchRule(rule: PodFailurePolicyRule, pod: Pod, index: number): string | undefined {
  const { namespace, name } = pod.metadata;
  if (rule.onExitCodes !== undefined) {
    const status = failedContainers(pod).find(each => matchesExitCode(rule, each));
    if (status === undefined) return undefined;
    const exitCode = status.state?.terminated?.exitCode;
    return `Container ${status.name} for pod ${namespace}/${name} failed with exit code ${exitCode} matching ${rule.action} rule at index ${index}`;
  }
  const condition = pod.status?.conditions?.find(each =>
    rule.onPodConditions?.some(pattern => pattern.type === each.type && (pattern.status ?? 'True') === each.status),
  );
  if (condition === undefined) return undefined;
  return `Pod ${namespace}/${name} has condition ${condition.type} matching ${rule.action} rule at index ${index}`;
}

function failedContainers(pod: Pod): readonly ContainerStatus[] {
  const all = [...(pod.status?.containerStatuses ?? []), ...(pod.status?.initContainerStatuses ?? [])];
  return all.filter(status => (status.state?.terminated?.exitCode ?? 0) !== 0);
}

function matchesExitCode({ onExitCodes }: PodFailurePolicyRule, status: ContainerStatus): boolean {
  const { containerName, operator, values = [] } = onExitCodes ?? { operator: '' };
  if (containerName !== undefined && containerName !== status.name) return false;
  const isListed = values.includes(status.state?.terminated?.exitCode ?? 0);
  return operator === 'In' ? isListed : !isListed;
}
