import { type FieldError, fieldError, isSemanticallyEqual } from '../../../machinery/index.ts';
import type { Container, Pod, PodSpec, ResourceRequirements } from '../../generated/index.ts';
import { computeQosClass } from '../pod-qos.ts';
import type { Errors } from './field-checks.ts';
import { validatePod } from './validate-pod.ts';

const mirrorAnnotation = 'kubernetes.io/config.mirror';
const resizable = ['cpu', 'memory'] as const;
const onlyResizable = 'only cpu and memory resources are mutable';

/** What the resize subresource refuses. Kubernetes: `ValidatePodResize`. */
export function validatePodResize(pod: Pod, old: Pod): readonly FieldError[] {
  if (old.metadata.annotations?.[mirrorAnnotation] !== undefined) {
    return [fieldError.forbidden('', 'static pods cannot be resized')];
  }
  if (old.spec.os?.name === 'windows') return [fieldError.forbidden('', 'windows pods cannot be resized')];
  const errors: Errors = [...validatePod(pod)];
  if ((old.status?.qosClass ?? computeQosClass(old.spec)) !== computeQosClass(pod.spec)) {
    const detail = 'Pod QOS Class may not change as a result of resizing';
    errors.push(fieldError.invalid('spec', pod.status?.qosClass ?? '', detail));
  }
  if (!isNodeAble(old)) errors.push(fieldError.forbidden('spec', 'Pod running on node without support for resize'));
  checkPodResources(errors, pod.spec.resources, old.spec.resources);
  if (!checkOrder(errors, pod.spec, old.spec)) return errors;
  for (const part of ['initContainers', 'containers'] as const) {
    for (const [index, { resources }] of (old.spec[part] ?? []).entries()) {
      checkKept(errors, pod.spec[part]![index]!.resources, resources, `spec.${part}[${index}].resources`, 'resource');
    }
  }
  checkContainers(errors, pod.spec, old.spec);
  if (errors.length > 0 || isSemanticallyEqual(withOldResources(pod.spec, old.spec), old.spec)) return errors;
  return [fieldError.forbidden('spec', onlyResizable)];
}

/** A node that can resize reports what its running containers have. */
function isNodeAble(pod: Pod): boolean {
  const running = pod.status?.containerStatuses?.find(status => status.state?.running !== undefined);
  return running === undefined || running.resources !== undefined;
}

/** Kubernetes: `validatePodLevelResourcesResize`. */
function checkPodResources(
  errors: Errors,
  next: ResourceRequirements | undefined,
  old: ResourceRequirements | undefined,
): void {
  if (old !== undefined && next === undefined) {
    errors.push(fieldError.forbidden('spec.resources', 'pod-level resources cannot be removed'));
    return;
  }
  if (old !== undefined) checkKept(errors, next, old, 'spec.resources', 'pod-level resource');
  if (!isSemanticallyEqual(keepResizable(next, old), old)) {
    errors.push(fieldError.forbidden('spec', 'only cpu and memory resources are mutable at pod-level'));
  }
}

function checkKept(
  errors: Errors,
  next: ResourceRequirements | undefined,
  old: ResourceRequirements | undefined,
  field: string,
  what: string,
): void {
  for (const part of ['requests', 'limits'] as const) {
    const isKept = Object.keys(old?.[part] ?? {}).every(name => next?.[part]?.[name] !== undefined);
    if (!isKept) errors.push(fieldError.forbidden(`${field}.${part}`, `${what} ${part} cannot be removed`));
  }
}

/** Whether the rest can be compared. Kubernetes: `validatePodResizeContainerOrdering`. */
function checkOrder(errors: Errors, spec: PodSpec, old: PodSpec): boolean {
  const before = errors.length;
  for (const part of ['containers', 'initContainers'] as const) {
    const next = spec[part] ?? [];
    const standing = old[part] ?? [];
    if (next.length !== standing.length) {
      errors.push(fieldError.forbidden(`spec.${part}`, `${part} may not be added or removed on resize`));
      continue;
    }
    for (const [index, { name }] of standing.entries()) {
      if (next[index]!.name === name) continue;
      const detail = `${part} may not be renamed or reordered on resize`;
      errors.push(fieldError.forbidden(`spec.${part}[${index}].name`, detail));
    }
  }
  return errors.length === before;
}

function checkContainers(errors: Errors, spec: PodSpec, old: PodSpec): void {
  for (const [index, container] of spec.containers.entries()) {
    const standing = old.containers[index]!;
    if (!isSemanticallyEqual(withOldAmounts(container, standing), standing)) {
      errors.push(fieldError.forbidden('spec', onlyResizable));
    }
  }
  for (const [index, container] of (spec.initContainers ?? []).entries()) {
    const standing = old.initContainers![index]!;
    if (isSemanticallyEqual(container, standing)) continue;
    const field = `spec.initContainers[${index}]`;
    if (!isSemanticallyEqual(withOldAmounts(container, standing), standing)) {
      const detail = 'only cpu and memory resources for init or sidecar containers are mutable';
      errors.push(fieldError.forbidden(field, detail));
    }
    if (container.restartPolicy === 'Always') continue;
    for (const policy of container.resizePolicy ?? []) {
      if (policy.restartPolicy !== 'RestartContainer') continue;
      const detail = 'non-sidecar init containers with a resize policy of RestartContainer cannot be resized';
      errors.push(fieldError.forbidden(field, detail));
    }
  }
}

/** The container with the amounts that may change as they were. */
function withOldAmounts(container: Container, old: Container): Container {
  const { limits, requests } = keepResizable(container.resources ?? {}, old.resources) ?? {};
  return { ...container, resources: { limits, requests } };
}

function keepResizable(
  next: ResourceRequirements | undefined,
  old: ResourceRequirements | undefined,
): ResourceRequirements | undefined {
  if (next === undefined) return undefined;
  const keep = (part: 'limits' | 'requests'): Record<string, string> => {
    const amounts: Record<string, string> = { ...next[part] };
    for (const name of resizable) {
      const before = old?.[part]?.[name];
      if (before === undefined) delete amounts[name];
      else amounts[name] = before;
    }
    return amounts;
  };
  const kept = { ...next, limits: keep('limits'), requests: keep('requests') };
  return old === undefined && isSemanticallyEqual(kept, {}) ? undefined : kept;
}

function withOldResources(spec: PodSpec, old: PodSpec): PodSpec {
  return {
    ...spec,
    resources: keepResizable(spec.resources, old.resources),
    containers: spec.containers.map((container, index) => withOldAmounts(container, old.containers[index]!)),
    initContainers: spec.initContainers?.map((container, index) =>
      withOldAmounts(container, old.initContainers![index]!),
    ),
  };
}
