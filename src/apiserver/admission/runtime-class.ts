import { type Pod, type RuntimeClass, runtimeClasses, type Toleration } from '../../api/generated/index.ts';
import { compareQuantities, isDeepEqual, parseQuantity } from '../../machinery/index.ts';
import type { AdmissionPlugin, AdmissionRequest } from '../core-contract.ts';
import type { ObjectView } from '../object-view.ts';
import { forbid } from './admission-error.ts';
import { isResource } from './admitted-resource.ts';

/** Carries a RuntimeClass's overhead and scheduling into the pods that name it. */
export function createRuntimeClassAdmission(view: ObjectView): AdmissionPlugin {
  return {
    name: 'RuntimeClass',
    handles: (resource, subresource, operation) =>
      isResource(resource, '', 'pods') && subresource === '' && operation === 'CREATE',
    mutate(request) {
      const runtimeClass = findClass(request, view);
      if (runtimeClass === undefined) return request.object!;
      return setScheduling(request, setOverhead(request, request.object as Pod, runtimeClass), runtimeClass);
    },
    validate: request => checkOverhead(request, findClass(request, view)),
  };
}

function findClass(request: AdmissionRequest, view: ObjectView): RuntimeClass | undefined {
  const name = (request.object as Pod).spec.runtimeClassName;
  if (name === undefined) return undefined;
  const found = view.get(runtimeClasses, undefined, name);
  if (found === undefined) throw forbid(request, `pod rejected: RuntimeClass "${name}" not found`);
  return found;
}

type Overhead = Pod['spec']['overhead'];

function setOverhead(request: AdmissionRequest, pod: Pod, runtimeClass: RuntimeClass): Pod {
  if (runtimeClass.overhead === undefined) return pod;
  const overhead = runtimeClass.overhead.podFixed;
  const given = pod.spec.overhead;
  if (given !== undefined && Object.keys(given).length > 0 && !isSameOverhead(given, overhead)) {
    throw forbid(request, "pod rejected: Pod's Overhead doesn't match RuntimeClass's defined Overhead");
  }
  return { ...pod, spec: { ...pod.spec, overhead } };
}

function checkOverhead(request: AdmissionRequest, runtimeClass: RuntimeClass | undefined): void {
  const given = (request.object as Pod).spec.overhead;
  if (runtimeClass?.overhead === undefined) {
    if (given === undefined) return;
    throw forbid(request, 'pod rejected: Pod Overhead set without corresponding RuntimeClass defined Overhead');
  }
  if (isSameOverhead(given, runtimeClass.overhead.podFixed)) return;
  throw forbid(request, "pod rejected: Pod's Overhead doesn't match RuntimeClass's defined Overhead");
}

function isSameOverhead(left: Overhead, right: Overhead): boolean {
  const names = Object.keys(left ?? {}).sort();
  if (!isDeepEqual(names, Object.keys(right ?? {}).sort())) return false;
  return names.every(name => compareAmounts(String(left![name]), String(right![name])) === 0);
}

function setScheduling(request: AdmissionRequest, pod: Pod, runtimeClass: RuntimeClass): Pod {
  const { scheduling } = runtimeClass;
  if (scheduling === undefined) return pod;
  for (const [key, wanted] of Object.entries(scheduling.nodeSelector ?? {})) {
    const given = pod.spec.nodeSelector?.[key];
    if (given === undefined || given === wanted) continue;
    throw forbid(
      request,
      `conflict: runtimeClass.scheduling.nodeSelector[${key}] = ${wanted}; pod.spec.nodeSelector[${key}] = ${given}`,
    );
  }
  const nodeSelector = { ...pod.spec.nodeSelector, ...scheduling.nodeSelector };
  return {
    ...pod,
    spec: {
      ...pod.spec,
      ...(Object.keys(nodeSelector).length === 0 ? {} : { nodeSelector }),
      tolerations: mergeTolerations(pod.spec.tolerations ?? [], scheduling.tolerations ?? []),
    },
  };
}

/** Those of the class that the pod does not have word for word already come behind the pod's own. */
function mergeTolerations(own: readonly Toleration[], added: readonly Toleration[]): readonly Toleration[] {
  return [...own, ...added.filter(toleration => !own.some(present => isDeepEqual(present, toleration)))];
}

function compareAmounts(left: string, right: string): number {
  const one = parseQuantity(left);
  const other = parseQuantity(right);
  return one === undefined || other === undefined ? Number.NaN : compareQuantities(one, other);
}
