/**
 * kube-scheduler's work: which pod is next, what happens to one that fits nowhere, binding, preemption. Where a pod fits
 * is decided in `scheduling/`.
 *
 * Start reading at `scheduler.ts`.
 */
export { defaultSchedulerName, Scheduler } from './scheduler.ts';
