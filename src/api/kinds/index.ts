/**
 * The built-in kinds, one file each: defaults that OpenAPI does not state, what the server sets, validation beyond shape,
 * selectable fields, table columns, conversions. Small kinds of one area share a file. To add a kind, write its file and
 * add it to the list below.
 *
 * Start reading at `define-kind.ts`, then a small kind (`config-map.ts`) and a large one (`pod.ts`).
 */
import type { KindDefinition } from '../kind-definition.ts';
import * as admission from './admission/index.ts';
import { apiService } from './api-service.ts';
import { certificateSigningRequest } from './certificate-signing-request.ts';
import { clusterRole } from './cluster-role.ts';
import { clusterRoleBinding } from './cluster-role-binding.ts';
import { configMap } from './config-map.ts';
import { controllerRevision } from './controller-revision.ts';
import { cronJob } from './cron-job.ts';
import { customResourceDefinition } from './custom-resource-definition.ts';
import { daemonSet } from './daemon-set.ts';
import { deployment } from './deployment.ts';
import { endpointSlice } from './endpoint-slice.ts';
import { endpoints } from './endpoints.ts';
import { event } from './event.ts';
import { flowSchema, priorityLevelConfiguration } from './flow-control/index.ts';
import { horizontalPodAutoscaler } from './horizontal-pod-autoscaler.ts';
import { ingress } from './ingress.ts';
import { ingressClass } from './ingress-class.ts';
import { ipAddress } from './ip-address.ts';
import { job } from './job.ts';
import { lease } from './lease.ts';
import { limitRange } from './limit-range.ts';
import { namespace } from './namespace.ts';
import { networkPolicy } from './network-policy.ts';
import { node } from './node.ts';
import { persistentVolume } from './persistent-volume.ts';
import { persistentVolumeClaim } from './persistent-volume-claim.ts';
import { pod } from './pod.ts';
import { podDisruptionBudget } from './pod-disruption-budget.ts';
import { podTemplate } from './pod-template.ts';
import { priorityClass } from './priority-class.ts';
import { replicaSet } from './replica-set.ts';
import { replicationController } from './replication-controller.ts';
import * as resource from './resource-kinds.ts';
import { resourceQuota } from './resource-quota.ts';
import { role } from './role.ts';
import { roleBinding } from './role-binding.ts';
import { runtimeClass } from './runtime-class.ts';
import { secret } from './secret.ts';
import { service } from './service.ts';
import { serviceAccount } from './service-account.ts';
import { serviceCidr } from './service-cidr.ts';
import { statefulSet } from './stateful-set.ts';
import { storageClass } from './storage-class.ts';
import * as storage from './storage-kinds.ts';
import * as virtual from './virtual-kinds.ts';

/** Every built-in kind, in the order of discovery: the core group first, then groups by name. */
export const builtInKinds: readonly KindDefinition[] = [
  virtual.binding,
  virtual.componentStatus,
  configMap,
  endpoints,
  event,
  limitRange,
  namespace,
  node,
  persistentVolumeClaim,
  persistentVolume,
  pod,
  podTemplate,
  replicationController,
  resourceQuota,
  secret,
  serviceAccount,
  service,
  admission.mutatingAdmissionPolicy,
  admission.mutatingAdmissionPolicyBinding,
  admission.mutatingWebhookConfiguration,
  admission.validatingAdmissionPolicy,
  admission.validatingAdmissionPolicyBinding,
  admission.validatingWebhookConfiguration,
  customResourceDefinition,
  apiService,
  controllerRevision,
  daemonSet,
  deployment,
  replicaSet,
  statefulSet,
  virtual.selfSubjectReview,
  virtual.tokenReview,
  virtual.localSubjectAccessReview,
  virtual.selfSubjectAccessReview,
  virtual.selfSubjectRulesReview,
  virtual.subjectAccessReview,
  horizontalPodAutoscaler,
  cronJob,
  job,
  certificateSigningRequest,
  lease,
  endpointSlice,
  flowSchema,
  priorityLevelConfiguration,
  ingressClass,
  ingress,
  ipAddress,
  networkPolicy,
  serviceCidr,
  runtimeClass,
  podDisruptionBudget,
  clusterRoleBinding,
  clusterRole,
  roleBinding,
  role,
  resource.deviceClass,
  resource.resourceClaim,
  resource.resourceClaimTemplate,
  resource.resourceSlice,
  priorityClass,
  storage.csiDriver,
  storage.csiNode,
  storage.csiStorageCapacity,
  storageClass,
  storage.volumeAttachment,
  storage.volumeAttributesClass,
];

export {
  autoUpdateAnnotation,
  everyRequest,
  flowSchemaOf,
  groupSubjects,
  mandatoryFlowSchemas,
  mandatoryPriorityLevels,
  priorityLevelOf,
} from './flow-control/index.ts';
export { storageClassOf } from './persistent-volume.ts';
export { summarizePod } from './pod-columns.ts';
export { computeQosClass, type QosClass } from './pod-qos.ts';
export { defaultPodSpec, defaultPodTemplate, defaultPullPolicy } from './pod-spec-defaults.ts';
