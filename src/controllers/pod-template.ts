import { type Pod, type PodTemplateSpec, pods } from '../api/generated/index.ts';
import type { CreateStep, DeleteStep } from '../client/index.ts';
import type { KubeObject, ResourceType } from '../machinery/index.ts';
import { controllerReference } from './ownership.ts';

/** The longest generateName that leaves room for five characters in a DNS subdomain. */
const generateNameMax = 253 - 5;

/** What a controller adds to its template for one particular pod. */
export interface PodIdentity {
  /** A fixed name; by default one is generated from the owner's. */
  readonly name?: string | undefined;
  readonly labels?: Readonly<Record<string, string>> | undefined;
}

/** A pod as its controller makes it from a template. */
export function buildPod(
  type: ResourceType,
  owner: KubeObject,
  template: PodTemplateSpec,
  identity: PodIdentity = {},
): Pod {
  const { metadata = {}, spec } = template;
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: {
      ...(identity.name === undefined
        ? { generateName: `${owner.metadata.name ?? ''}-`.slice(0, generateNameMax) }
        : { name: identity.name }),
      namespace: owner.metadata.namespace,
      labels: identity.labels === undefined ? metadata.labels : { ...metadata.labels, ...identity.labels },
      annotations: metadata.annotations,
      finalizers: metadata.finalizers,
      ownerReferences: [controllerReference(type, owner)],
    },
    spec,
  };
}

/** Creates a pod and says so in the owner's events, in upstream's words. */
export function createPodStep(owner: KubeObject, pod: Pod): CreateStep {
  return {
    do: 'create',
    type: pods,
    object: pod,
    onSuccess: created => [
      {
        do: 'event',
        regarding: owner,
        type: 'Normal',
        reason: 'SuccessfulCreate',
        message: `Created pod: ${created.metadata.name}`,
      },
    ],
    onError: error => [
      {
        do: 'event',
        regarding: owner,
        type: 'Warning',
        reason: 'FailedCreate',
        message: `Error creating: ${error.message}`,
      },
    ],
  };
}

/** Deletes a pod and says so in the owner's events. */
export function deletePodStep(owner: KubeObject, pod: Pod): DeleteStep {
  const { name = '', namespace, uid = '' } = pod.metadata;
  return {
    do: 'delete',
    type: pods,
    ref: { name, namespace },
    options: { preconditions: { uid } },
    onSuccess: () => [
      {
        do: 'event',
        regarding: owner,
        type: 'Normal',
        reason: 'SuccessfulDelete',
        message: `Deleted pod: ${name}`,
      },
    ],
    onError: error => [
      {
        do: 'event',
        regarding: owner,
        type: 'Warning',
        reason: 'FailedDelete',
        message: `Error deleting: ${error.message}`,
      },
    ],
  };
}
