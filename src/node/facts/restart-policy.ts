import type { Container, ContainerRestartRule, Pod } from '../../api/generated/index.ts';

/** Whether a container that ended with `exitCode` is started again: its rules, its own policy, then the pod's. */
export function shouldRestart(container: Container, pod: Pod, exitCode: number): boolean {
  if (container.restartPolicy !== undefined) {
    const rule = container.restartPolicyRules?.find(candidate => matchesRule(candidate, exitCode));
    if (rule?.action === 'Restart') return true;
    if (isKnownPolicy(container.restartPolicy)) return applyPolicy(container.restartPolicy, exitCode);
  }
  return applyPolicy(pod.spec.restartPolicy, exitCode);
}

/** Whether a container that has to be killed (a failed probe) is started again; exit codes do not count then. */
export function shouldRestartAfterKill(container: Container, pod: Pod): boolean {
  return (container.restartPolicy ?? pod.spec.restartPolicy) !== 'Never';
}

function isKnownPolicy(policy: string): boolean {
  return policy === 'Always' || policy === 'OnFailure' || policy === 'Never';
}

function applyPolicy(policy: string | undefined, exitCode: number): boolean {
  if (policy === 'Never') return false;
  return policy === 'OnFailure' ? exitCode !== 0 : true;
}

function matchesRule(rule: ContainerRestartRule, exitCode: number): boolean {
  const { operator, values = [] } = rule.exitCodes ?? {};
  if (operator === 'In') return values.includes(exitCode);
  return operator === 'NotIn' && !values.includes(exitCode);
}
