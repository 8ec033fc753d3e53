/**
 * The controllers: each a pure function from an object and a view of the cluster to the steps that bring what is closer
 * to what should be. Running them is the business of `client/`'s ControllerRunner. To add one, see
 * `docs/guides/add-a-controller.md`: one file here, one line in the list below.
 *
 * Absent: what needs facts from outside (autoscaling, volumes' binding and attachment). Within what exists, each folder's
 * comment says what is missing.
 *
 * Start reading at `replica-set.ts`, which shows every part that a controller can have.
 */
import type { Controller } from '../client/index.ts';
import type { CertificateOperations } from '../machinery/index.ts';
import { bootstrapSigner, type SignDetached, tokenCleaner } from './bootstrap-tokens/index.ts';
import { certificateCleaner, certificateSigner } from './certificates/index.ts';
import { cronJobController } from './cron-job/index.ts';
import { daemonSetController } from './daemon-set/index.ts';
import { deploymentController } from './deployment/index.ts';
import { disruptionController } from './disruption/index.ts';
import { endpointSliceController, endpointSliceMirroringController, endpointsController } from './endpoints/index.ts';
import { jobController, ttlAfterFinishedController } from './job/index.ts';
import { nodeIpamController } from './node-ipam.ts';
import { nodeLifecycleController, taintEvictionController } from './node-lifecycle/index.ts';
import { podGarbageController } from './pod-garbage.ts';
import { replicaSetController } from './replica-set.ts';
import { replicationController } from './replication-controller.ts';
import { resourceQuotaController } from './resource-quota/index.ts';
import { rootCaController } from './root-ca.ts';
import { serviceAccountController } from './service-account.ts';
import type { SignSecretToken } from './service-account-tokens.ts';
import { serviceCidrController } from './service-cidr.ts';
import { statefulSetController } from './stateful-set/index.ts';
import {
  attributesProtectionController,
  claimProtectionController,
  volumeProtectionController,
} from './volume-protection/index.ts';

export type { SignDetached } from './bootstrap-tokens/index.ts';
export { CertificateApprover } from './certificates/index.ts';
export { GarbageCollector } from './garbage-collector/index.ts';
export { NamespaceDeletion } from './namespace-deletion.ts';
export { PolicyTypeChecks } from './policy-type-checks.ts';
export { CustomObjectQuotas } from './resource-quota/index.ts';
export { ServiceAccountTokens, type SignSecretToken } from './service-account-tokens.ts';

/** What some controllers have to be told. */
export interface ControllerSettings {
  /** The certificate authority (PEM) that pods are to trust. */
  readonly certificateAuthority: string;
  /** Where nodes' pod ranges come from. */
  readonly podCidr: string;
  /** Signs certificates with the authority's key; without it they are approved and wait. */
  readonly certificates?: CertificateOperations | undefined;
  /** Signs with bootstrap tokens; without it `cluster-info` stays unsigned. */
  readonly signDetached?: SignDetached | undefined;
  /** Signs tokens for Secrets; without it those of accounts stay empty. */
  readonly signSecretToken?: SignSecretToken | undefined;
}

/** Every controller, in the order in which they start. */
export function buildControllers(settings: ControllerSettings): readonly Controller[] {
  return [
    serviceAccountController,
    rootCaController(settings.certificateAuthority),
    nodeIpamController(settings.podCidr),
    certificateCleaner,
    tokenCleaner,
    ...(settings.signDetached === undefined ? [] : [bootstrapSigner(settings.signDetached)]),
    ...(settings.certificates === undefined ? [] : [certificateSigner(settings.certificates)]),
    nodeLifecycleController,
    taintEvictionController,
    podGarbageController(),
    deploymentController,
    replicaSetController,
    replicationController,
    daemonSetController,
    statefulSetController,
    jobController,
    cronJobController,
    ttlAfterFinishedController,
    disruptionController,
    resourceQuotaController,
    claimProtectionController,
    volumeProtectionController,
    attributesProtectionController,
    serviceCidrController,
    endpointSliceController,
    endpointsController,
    endpointSliceMirroringController,
  ];
}
