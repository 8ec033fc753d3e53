/**
 * What makes a pod, or a pod template, unacceptable beyond its shape, in upstream's words. Kubernetes:
 * `pkg/apis/core/validation`. Functions named `check…` add to a list of errors; those named `validate…` return one.
 *
 * Start reading at `validate-pod.ts`, then `validate-pod-spec.ts`.
 */
export { describeDifference } from './describe-difference.ts';
export {
  checkChoice,
  checkNoBacksteps,
  checkNonnegative,
  checkPort,
  type Errors,
} from './field-checks.ts';
export {
  validateEphemeralContainersUpdate,
  validatePod,
  validatePodCreate,
  validatePodUpdate,
} from './validate-pod.ts';
export { type PodSpecPlace, validatePodSpec } from './validate-pod-spec.ts';
export { validatePodTemplate } from './validate-pod-template.ts';
export { validatePodResize } from './validate-resize.ts';
export {
  checkContainerResourceName,
  checkContainerResources,
  checkQuantityValue,
  checkResourceName,
  isExtendedResource,
  isHugePages,
  mayOvercommit,
} from './validate-resources.ts';
export { checkNodeSelector, checkTolerations } from './validate-scheduling.ts';
export { checkHostPath, checkNfs } from './validate-volumes.ts';
