import type { ObjectMeta } from '../../machinery/index.ts';
import {
  type Container,
  type Pod,
  type PodAffinityTerm,
  type PodSpec,
  type PodStatus,
  pods,
  type ResourceRequirements,
  type WeightedPodAffinityTerm,
} from '../generated/index.ts';
import { defineKind } from './define-kind.ts';
import { changeField, changeItems } from './fill-defaults.ts';
import { podColumns } from './pod-columns.ts';
import { computeQosClass } from './pod-qos.ts';
import { defaultPodSpec } from './pod-spec-defaults.ts';
import { keepOfStatus } from './pod-status.ts';
import {
  validateEphemeralContainersUpdate,
  validatePodCreate,
  validatePodResize,
  validatePodUpdate,
} from './pod-validation/index.ts';
import { warnOfName, warnOfPod } from './pod-warnings.ts';

const defaulted = new WeakMap<PodSpec, PodSpec>();

/** Kubernetes: `SetDefaults_Pod`, over those that templates share. */
function setDefaults(pod: Pod): Pod {
  return changeField(pod, 'spec', spec => {
    const known = defaulted.get(spec);
    if (known !== undefined) return known;
    const complete = completeSpec(spec);
    defaulted.set(spec, complete);
    defaulted.set(complete, complete);
    return complete;
  });
}

function completeSpec(spec: PodSpec): PodSpec {
  const complete = defaultPodSpec(spec);
  const linked = complete.enableServiceLinks === undefined ? { ...complete, enableServiceLinks: true } : complete;
  const change = (container: Container): Container =>
    publishPorts(changeField(container, 'resources', requestLimits), linked.hostNetwork === true);
  const contained = changeField(linked, 'containers', list => changeItems(list, change));
  return changeField(contained, 'initContainers', list => changeItems(list, change));
}

/** Kubernetes: what is limited and not requested is requested as limited. */
function requestLimits(resources: ResourceRequirements): ResourceRequirements {
  const { limits, requests } = resources;
  if (limits === undefined || Object.keys(limits).every(name => requests?.[name] !== undefined)) return resources;
  return { ...resources, requests: { ...limits, ...requests } };
}

/** Kubernetes: on the host's network every container port is a host port. */
function publishPorts(container: Container, isOnHost: boolean): Container {
  if (!isOnHost) return container;
  return changeField(container, 'ports', ports =>
    changeItems(ports, port => (port.hostPort ? port : { ...port, hostPort: port.containerPort })),
  );
}

function prepareForCreate(pod: Pod, { now }: { readonly now: string }): Pod {
  const status: PodStatus = { phase: 'Pending', qosClass: computeQosClass(pod.spec) };
  const isGated = (pod.spec.schedulingGates ?? []).length > 0;
  return {
    ...pod,
    spec: mergeLabelKeys(pod.spec, pod.metadata.labels ?? {}),
    status: isGated ? { ...status, conditions: [gatedCondition(now)] } : status,
  };
}

function gatedCondition(now: string): NonNullable<PodStatus['conditions']>[number] {
  return {
    type: 'PodScheduled',
    status: 'False',
    lastTransitionTime: now,
    reason: 'SchedulingGated',
    message: 'Scheduling is blocked due to non-empty scheduling gates',
  };
}

type LabelTerm = Pick<PodAffinityTerm, 'labelSelector' | 'matchLabelKeys' | 'mismatchLabelKeys'>;

/** Kubernetes: label keys of affinity terms and spread constraints become requirements with the pod's own values. */
function mergeLabelKeys(spec: PodSpec, labels: Readonly<Record<string, string>>): PodSpec {
  const merge = <T extends LabelTerm>(term: T): T => mergeKeys(term, labels);
  const mergeWeighted = (weighted: WeightedPodAffinityTerm): WeightedPodAffinityTerm =>
    changeField(weighted, 'podAffinityTerm', merge);
  const mergeTerms = <T extends NonNullable<NonNullable<PodSpec['affinity']>['podAffinity']>>(affinity: T): T =>
    changeField(
      changeField(
        affinity,
        'requiredDuringSchedulingIgnoredDuringExecution',
        terms => changeItems(terms, merge) as NonNullable<T['requiredDuringSchedulingIgnoredDuringExecution']>,
      ),
      'preferredDuringSchedulingIgnoredDuringExecution',
      terms => changeItems(terms, mergeWeighted) as NonNullable<T['preferredDuringSchedulingIgnoredDuringExecution']>,
    );
  const near = changeField(spec, 'affinity', affinity =>
    changeField(changeField(affinity, 'podAffinity', mergeTerms), 'podAntiAffinity', mergeTerms),
  );
  return changeField(near, 'topologySpreadConstraints', constraints => changeItems(constraints, merge));
}

function mergeKeys<T extends LabelTerm>(term: T, labels: Readonly<Record<string, string>>): T {
  if (term.labelSelector === undefined) return term;
  const require = (keys: readonly string[] | undefined, operator: string) =>
    (keys ?? []).filter(key => labels[key] !== undefined).map(key => ({ key, operator, values: [labels[key]!] }));
  const added = [...require(term.matchLabelKeys, 'In'), ...require(term.mismatchLabelKeys, 'NotIn')];
  if (added.length === 0) return term;
  const { matchExpressions = [] } = term.labelSelector;
  return { ...term, labelSelector: { ...term.labelSelector, matchExpressions: [...matchExpressions, ...added] } };
}

/** Kubernetes: `ResetObjectMetaForStatus`. */
function keepMetadata(metadata: ObjectMeta, old: ObjectMeta): ObjectMeta {
  const { resourceVersion, managedFields } = metadata;
  return { ...old, resourceVersion, managedFields };
}

/** Kubernetes: `CheckGracefulDelete`. */
function gracePeriodSeconds(pod: Pod, requested: number | undefined): number {
  const phase = pod.status?.phase;
  if ((pod.spec.nodeName ?? '') === '' || phase === 'Failed' || phase === 'Succeeded') return 0;
  const seconds = requested ?? pod.spec.terminationGracePeriodSeconds ?? 0;
  return seconds < 0 ? 1 : seconds;
}

/** The pod with other resources; as given where that is not all, for validation to refuse. */
function takeResources(pod: Pod, old: Pod): Pod {
  const containers = mergeResources(pod.spec.containers, old.spec.containers) ?? [];
  const initContainers = mergeResources(pod.spec.initContainers, old.spec.initContainers);
  const spec = { ...old.spec, containers, initContainers, resources: pod.spec.resources };
  return { ...old, metadata: keepMetadata(pod.metadata, old.metadata), spec };
}

function mergeResources(
  next: readonly Container[] | undefined,
  old: readonly Container[] | undefined,
): readonly Container[] | undefined {
  if (next === undefined || old === undefined || next.length !== old.length) return next;
  if (next.some((container, index) => container.name !== old[index]!.name)) return next;
  return old.map((container, index) => ({
    ...container,
    resources: next[index]!.resources,
    resizePolicy: next[index]!.resizePolicy,
  }));
}

export const pod = defineKind(pods, {
  setDefaults,
  prepareForCreate,
  validateCreate: validatePodCreate,
  validateUpdate: validatePodUpdate,
  // Kubernetes: nobody reads warnings about updates of pods.
  warnings: (object, old) =>
    old === undefined ? [...warnOfName(object.metadata.name, "the Pod's hostname"), ...warnOfPod(object, '')] : [],
  skipsFullValidationOnUpdate: true,
  gracePeriodSeconds,
  status: {
    prepareForUpdate: (object, old) => ({
      ...old,
      // Kubernetes: owners cannot be changed through status.
      metadata:
        object.metadata.ownerReferences === old.metadata.ownerReferences
          ? object.metadata
          : { ...object.metadata, ownerReferences: old.metadata.ownerReferences },
      status: keepOfStatus(object.status, old.status),
    }),
  },
  objectSubresources: {
    ephemeralcontainers: {
      prepareForUpdate: (object, old) => ({
        ...old,
        metadata: keepMetadata(object.metadata, old.metadata),
        spec: { ...old.spec, ephemeralContainers: object.spec.ephemeralContainers },
      }),
      validateUpdate: validateEphemeralContainersUpdate,
    },
    resize: { prepareForUpdate: takeResources, validateUpdate: validatePodResize },
  },
  selectableFields: {
    'spec.nodeName': object => object.spec.nodeName ?? '',
    'spec.restartPolicy': object => object.spec.restartPolicy ?? '',
    'spec.schedulerName': object => object.spec.schedulerName ?? '',
    'spec.serviceAccountName': object => object.spec.serviceAccountName ?? '',
    'spec.hostNetwork': object => String(object.spec.hostNetwork === true),
    'status.phase': object => object.status?.phase ?? '',
    'status.podIP': object => object.status?.podIPs?.[0]?.ip ?? object.status?.podIP ?? '',
    'status.podIPs': object => object.status?.podIPs?.[0]?.ip ?? '',
    'status.nominatedNodeName': object => object.status?.nominatedNodeName ?? '',
  },
  indexedFields: ['spec.nodeName'],
  columns: podColumns,
});
