/**
 * What can be read off a pod: its containers by sort, restart policy, resources, class of service, downward API fields.
 * Pure, and free of the node's own state.
 */
export { type PodAddresses, readPodField } from './field-path.ts';
export {
  ephemeralContainersOf,
  fieldPathOf,
  findContainer,
  formatPod,
  initContainersOf,
  isSidecar,
  sidecarsOf,
  uidOf,
} from './pod-containers.ts';
export {
  type Amounts,
  amountOf,
  containerAmount,
  everyContainerLimits,
  podLimits,
  podRequests,
} from './pod-resources.ts';
export { computeQosClass, type QosClass, qosClassOf } from './qos-class.ts';
export { readResourceField } from './resource-field.ts';
export { shouldRestart, shouldRestartAfterKill } from './restart-policy.ts';
