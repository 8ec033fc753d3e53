/**
 * Pods as the runtime has them: read by the labels that were put on their sandboxes and containers, so that a new agent
 * finds all that an old one left. Holds no state that could not be read again.
 *
 * Start reading at `runtime-pod.ts`.
 */
export {
  type ContainerNotes,
  containerAnnotations,
  containerLabels,
  hashContainer,
  ownerLabel,
  podNameLabel,
  podNamespaceLabel,
  podUidLabel,
  readContainerNotes,
  sandboxLabels,
} from './container-labels.ts';
export {
  emptyRuntimePod,
  findRuntimeContainer,
  hasRunningContainers,
  type RuntimeContainer,
  type RuntimePod,
  readySandbox,
  sandboxIPs,
} from './runtime-pod.ts';
export { RuntimePodReader } from './runtime-pod-reader.ts';
