/**
 * The Pod Security Standards: what the levels privileged, baseline and restricted demand of a pod in each release of
 * Kubernetes, and how a namespace's labels say which of them holds. Pure; the API server's admission refuses, warns and
 * notes by it.
 *
 * Start reading at `evaluate-pod-security.ts`.
 */
export { describeReasons, describeViolations, evaluatePodSecurity } from './evaluate-pod-security.ts';
export type { CheckedPod, PodSecurityViolation } from './pod-security-check.ts';
export {
  compareLevels,
  formatStandard,
  isSameStandard,
  type PodSecurityLevel,
  type PodSecurityPolicy,
  type PodSecurityStandard,
  readPodSecurityPolicy,
} from './pod-security-policy.ts';
