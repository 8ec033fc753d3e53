import type { World } from '../../world/index.ts';
import type { AdmissionPlugin, Authorizer } from '../core-contract.ts';
import type { ObjectView } from '../object-view.ts';
import { createCertificateApproval, createCertificateSigning } from './certificate-approval.ts';
import { createCertificateRequester } from './certificate-requester.ts';
import { createCertificateSubjectRestriction } from './certificate-subject.ts';
import { createClaimResize } from './claim-resize.ts';
import { createDefaultIngressClass, createDefaultStorageClass } from './default-classes.ts';
import { createDefaultTolerationSeconds } from './default-toleration-seconds.ts';
import { createLimitRanger } from './limit-ranger.ts';
import { createNamespaceLifecycle } from './namespace-lifecycle.ts';
import { createNodeRestriction } from './node-restriction.ts';
import { createPodResize } from './pod-resize.ts';
import { createPodSecurity } from './pod-security.ts';
import { createPodTopologyLabels } from './pod-topology-labels.ts';
import { createPriority } from './priority.ts';
import { createRuntimeClassAdmission } from './runtime-class.ts';
import { createServiceAccountAdmission } from './service-account.ts';
import { createStorageObjectInUseProtection } from './storage-object-in-use-protection.ts';
import { createTaintNodesByCondition } from './taint-new-nodes.ts';

/** Kubernetes: the order of `AllOrderedPlugins`, up to policies; quotas come behind those. */
export function createAdmissionPlugins(
  view: ObjectView,
  world: World,
  authorizer: Authorizer,
): readonly AdmissionPlugin[] {
  return [
    createNamespaceLifecycle(view),
    createLimitRanger(view),
    createServiceAccountAdmission(view, world.clock, world.random.stream('admission/service-account')),
    ...createNodeRestriction(view, authorizer),
    createTaintNodesByCondition(),
    createPodSecurity(view),
    createPriority(view),
    createDefaultTolerationSeconds(),
    createDefaultStorageClass(view),
    createStorageObjectInUseProtection(),
    createClaimResize(view),
    createRuntimeClassAdmission(view),
    createCertificateRequester(),
    createCertificateApproval(authorizer),
    createCertificateSigning(authorizer),
    createCertificateSubjectRestriction(),
    createDefaultIngressClass(view),
    createPodTopologyLabels(view),
    createPodResize(view),
  ];
}
