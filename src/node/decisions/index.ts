/**
 * What a node decides about a pod, as pure functions: which sandbox and containers to make, kill or leave, how long to
 * wait, in which order to stop. Performs nothing; the worker in `pods/` does.
 *
 * Start reading at `decide-pod.ts`.
 */
export { activeDeadline, deadlineExceeded } from './active-deadline.ts';
export { BackOff, type BackOffLimits, podBackOff } from './back-off.ts';
export { decidePod, hasAnyMainContainer } from './decide-pod.ts';
export { decideSandbox, type SandboxDecision } from './decide-sandbox.ts';
export { gracePeriodOf, minimumGraceSeconds } from './grace-period.ts';
export {
  hasWork,
  type KillAction,
  type KillReason,
  type PodActions,
  type ProbeOutcome,
  type ProbeOutcomes,
} from './pod-actions.ts';
export { hasInitFailed, shouldStart } from './should-start.ts';
export { orderTermination } from './termination-order.ts';
