import { type Pod, type PriorityClass, priorityClasses } from '../../api/generated/index.ts';
import type { KubeObject } from '../../machinery/index.ts';
import type { AdmissionPlugin, AdmissionRequest } from '../core-contract.ts';
import type { ObjectView } from '../object-view.ts';
import { forbid } from './admission-error.ts';
import { isResource } from './admitted-resource.ts';

/** Resolves a pod's priority from its class, and keeps at most one class the default. */
export function createPriority(view: ObjectView): AdmissionPlugin {
  const isPods = (request: AdmissionRequest): boolean => isResource(request.resource, '', 'pods');
  return {
    name: 'Priority',
    handles: (resource, subresource, operation) =>
      subresource === '' &&
      (operation === 'CREATE' || operation === 'UPDATE') &&
      (isResource(resource, '', 'pods') || isResource(resource, 'scheduling.k8s.io', 'priorityclasses')),
    mutate(request) {
      if (!isPods(request)) return request.object!;
      return request.operation === 'CREATE' ? setPriority(request, view) : keepPriority(request);
    },
    validate(request) {
      if (!isPods(request)) checkDefaultClass(request, view);
    },
  };
}

function setPriority(request: AdmissionRequest, view: ObjectView): KubeObject {
  const pod = request.object as Pod;
  const { spec } = pod;
  const name = spec.priorityClassName || '';
  const found = name === '' ? findDefault(view) : view.get(priorityClasses, undefined, name);
  if (name !== '' && found === undefined) throw forbid(request, `no PriorityClass with name ${name} was found`);
  const priority = found?.value ?? 0;
  const policy = found === undefined ? 'PreemptLowerPriority' : found.preemptionPolicy;
  if (spec.priority !== undefined && spec.priority !== priority) {
    throw forbid(
      request,
      `the integer value of priority (${spec.priority}) must not be provided in pod spec; priority admission controller computed ${priority} from the given PriorityClass name`,
    );
  }
  if (policy !== undefined && spec.preemptionPolicy !== undefined && spec.preemptionPolicy !== policy) {
    throw forbid(
      request,
      `the string value of PreemptionPolicy (${spec.preemptionPolicy}) must not be provided in pod spec; priority admission controller computed ${policy} from the given PriorityClass name`,
    );
  }
  const className = found?.metadata.name;
  return {
    ...pod,
    spec: {
      ...spec,
      priority,
      ...(className === undefined ? {} : { priorityClassName: className }),
      ...(policy === undefined ? {} : { preemptionPolicy: policy }),
    },
  } as KubeObject;
}

/** An update that leaves out what this plugin set keeps it; changing it is validation's to refuse. */
function keepPriority(request: AdmissionRequest): KubeObject {
  const pod = request.object as Pod;
  const old = request.old as Pod;
  const priority = pod.spec.priority ?? old.spec.priority;
  const preemptionPolicy = pod.spec.preemptionPolicy ?? old.spec.preemptionPolicy;
  if (priority === pod.spec.priority && preemptionPolicy === pod.spec.preemptionPolicy) return pod;
  return { ...pod, spec: { ...pod.spec, priority, preemptionPolicy } } as KubeObject;
}

function findDefault(view: ObjectView): PriorityClass | undefined {
  let found: PriorityClass | undefined;
  for (const candidate of view.list(priorityClasses)) {
    if (candidate.globalDefault === true && (found === undefined || (found.value ?? 0) > (candidate.value ?? 0)))
      found = candidate;
  }
  return found;
}

function checkDefaultClass(request: AdmissionRequest, view: ObjectView): void {
  const object = request.object as PriorityClass;
  if (object.globalDefault !== true) return;
  const current = findDefault(view)?.metadata.name;
  if (current === undefined || (request.operation === 'UPDATE' && current === object.metadata.name)) return;
  throw forbid(request, `PriorityClass ${current} is already marked as default. Only one default can exist`);
}
