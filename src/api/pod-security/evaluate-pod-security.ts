import {
  capabilityChecks,
  hostChecks,
  privilegeChecks,
  profileChecks,
  sysctlCheck,
  volumeCheck,
} from './checks/index.ts';
import type { CheckedPod, CheckPod, PodSecurityCheck, PodSecurityViolation } from './pod-security-check.ts';
import type { PodSecurityStandard } from './pod-security-policy.ts';

const checks: readonly PodSecurityCheck[] = [
  ...capabilityChecks,
  ...hostChecks,
  ...privilegeChecks,
  ...profileChecks,
  sysctlCheck,
  volumeCheck,
];

/** The newest release in which a check has changed: later ones ask for the same. */
const lastChange = Math.max(...checks.flatMap(({ versions }) => versions.map(({ since }) => since)));

/** What a pod violates of a standard, baseline's part first, each part by the checks' ids. */
export function evaluatePodSecurity(
  { level, version }: PodSecurityStandard,
  pod: CheckedPod,
): readonly PodSecurityViolation[] {
  if (level === 'privileged') return [];
  const release = version === 'latest' ? lastChange : Math.min(version, lastChange);
  const violations: PodSecurityViolation[] = [];
  for (const check of plans[level][release]!) {
    const violation = check(pod);
    if (violation !== undefined) violations.push(violation);
  }
  return violations;
}

/** `privileged (container "a" must not …), hostPort (…)` */
export function describeViolations(violations: readonly PodSecurityViolation[]): string {
  return violations.map(({ reason, detail }) => (detail === '' ? reason : `${reason} (${detail})`)).join(', ');
}

/** `privileged, hostPort`: for lists of many pods. */
export function describeReasons(violations: readonly PodSecurityViolation[]): string {
  return violations.map(({ reason }) => reason).join(', ');
}

const plans = {
  baseline: Array.from({ length: lastChange + 1 }, (_, release) => planFor('baseline', release)),
  restricted: Array.from({ length: lastChange + 1 }, (_, release) => planFor('restricted', release)),
};

/** The checks of a level in a release. Restricted asks for what baseline does, unless it asks for more of the same. */
function planFor(level: 'baseline' | 'restricted', release: number): readonly CheckPod[] {
  const baseline = checksOf('baseline', release);
  if (level === 'baseline') return baseline.map(({ check }) => check);
  const restricted = checksOf('restricted', release);
  const overridden = new Set(restricted.flatMap(({ overrides }) => overrides ?? []));
  return [...baseline.filter(({ id }) => !overridden.has(id)), ...restricted].map(({ check }) => check);
}

function checksOf(level: 'baseline' | 'restricted', release: number) {
  return checks
    .filter(check => check.level === level && check.versions[0]!.since <= release)
    .sort((a, b) => (a.id < b.id ? -1 : 1))
    .map(({ id, versions }) => ({ id, ...versions.findLast(({ since }) => since <= release)! }));
}
