/**
 * Gates that objects pass before they are stored: upstream's admission plugins that are on by default, one file each,
 * in upstream's order. To add one, write its file and name it in `createAdmissionPlugins`.
 *
 * Absent: LimitRanger, PodSecurity, ResourceQuota, admission webhooks and policies, NodeRestriction.
 *
 * Start reading at `namespace-lifecycle.ts`; `AdmissionPlugin` itself is in `../core-contract.ts`.
 */
import type { World } from '../../world/index.ts';
import type { AdmissionPlugin } from '../core-contract.ts';
import type { ObjectView } from '../object-view.ts';
import { createDefaultStorageClass } from './default-storage-class.ts';
import { createDefaultTolerationSeconds } from './default-toleration-seconds.ts';
import { createNamespaceLifecycle } from './namespace-lifecycle.ts';
import { createPodTopologyLabels } from './pod-topology-labels.ts';
import { createPriority } from './priority.ts';
import { createRuntimeClassAdmission } from './runtime-class.ts';
import { createServiceAccountAdmission } from './service-account.ts';
import { createStorageObjectInUseProtection } from './storage-object-in-use-protection.ts';
import { createTaintNodesByCondition } from './taint-new-nodes.ts';

/** Kubernetes: the order of `AllOrderedPlugins`. */
export function createAdmissionPlugins(view: ObjectView, world: World): readonly AdmissionPlugin[] {
  return [
    createNamespaceLifecycle(view),
    createServiceAccountAdmission(view, world.clock, world.random.stream('admission/service-account')),
    createTaintNodesByCondition(),
    createPriority(view),
    createDefaultTolerationSeconds(),
    createDefaultStorageClass(view),
    createStorageObjectInUseProtection(),
    createRuntimeClassAdmission(view),
    createPodTopologyLabels(view),
  ];
}
