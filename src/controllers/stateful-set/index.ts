/**
 * StatefulSets: pods with lasting names and claims, made, replaced and removed in order.
 *
 * Absent: rollingUpdate.maxUnavailable, which is off by default in upstream's v1.36 too.
 *
 * Start reading at `stateful-set.ts`.
 */
export { statefulSetController } from './stateful-set.ts';
