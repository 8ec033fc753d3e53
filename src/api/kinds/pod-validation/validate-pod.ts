import { type FieldError, fieldError, isDeepEqual, isSemanticallyEqual } from '../../../machinery/index.ts';
import type { Container, Pod, PodSpec, Toleration } from '../../generated/index.ts';
import { describeDifference } from './describe-difference.ts';
import type { Errors } from './field-checks.ts';
import { checkImageSpace } from './validate-containers.ts';
import { validatePodSpec } from './validate-pod-spec.ts';

const none: readonly FieldError[] = [];

/** What holds for a pod whether it is new or changed. Kubernetes: `validatePodMetadataAndSpec`. */
export function validatePod(pod: Pod): readonly FieldError[] {
  const { spec, metadata } = pod;
  const errors: Errors = [...validatePodSpec(spec, { field: 'spec', podName: metadata.name, isPod: true })];
  if ((spec.serviceAccountName ?? '') === '') checkTokens(errors, spec);
  for (const part of ['containers', 'initContainers'] as const) {
    for (const [index, container] of (spec[part] ?? []).entries())
      checkImageSpace(errors, `spec.${part}[${index}]`, container);
  }
  return errors.length === 0 ? none : errors;
}

function checkTokens(errors: Errors, spec: PodSpec): void {
  for (const [index, volume] of (spec.volumes ?? []).entries()) {
    for (const [at, source] of (volume.projected?.sources ?? []).entries()) {
      if (source.serviceAccountToken === undefined) continue;
      const path = `spec.volumes[${index}].projected.sources[${at}].serviceAccountToken`;
      errors.push(fieldError.forbidden(path, 'must not be specified when serviceAccountName is not set'));
    }
  }
}

/** Kubernetes: `ValidatePodCreate`. */
export function validatePodCreate(pod: Pod): readonly FieldError[] {
  const errors: Errors = [...validatePod(pod)];
  if ((pod.spec.ephemeralContainers ?? []).length > 0) {
    errors.push(fieldError.forbidden('spec.ephemeralContainers', 'cannot be set on create'));
  }
  if (pod.spec.nodeName && (pod.spec.schedulingGates ?? []).length > 0) {
    errors.push(fieldError.forbidden('spec.nodeName', 'cannot be set until all schedulingGates have been cleared'));
  }
  return errors;
}

/** Kubernetes: `ValidatePodUpdate`. */
export function validatePodUpdate(pod: Pod, old: Pod): readonly FieldError[] {
  if (pod.spec === old.spec) return none;
  const errors: Errors = [...validatePod(pod)];
  for (const part of ['containers', 'initContainers'] as const) {
    if (!checkContainerCount(errors, `spec.${part}`, pod.spec[part], old.spec[part])) return errors;
  }
  if (!checkDeadline(errors, pod.spec, old.spec)) return errors;
  checkTolerations(errors, pod.spec.tolerations, old.spec.tolerations);
  checkGates(errors, pod.spec, old.spec);
  if (!isSemanticallyEqual(pod.spec, old.spec)) checkUnchangeable(errors, pod.spec, old.spec);
  return errors;
}

/** Whether the rest can be compared. Kubernetes: `ValidateContainerUpdates`. */
function checkContainerCount(
  errors: Errors,
  field: string,
  next: readonly Container[] | undefined,
  old: readonly Container[] | undefined,
): boolean {
  if ((next ?? []).length === (old ?? []).length) return true;
  errors.push(fieldError.forbidden(field, 'pod updates may not add or remove containers'));
  return false;
}

function checkDeadline(errors: Errors, spec: PodSpec, old: PodSpec): boolean {
  const field = 'spec.activeDeadlineSeconds';
  const seconds = spec.activeDeadlineSeconds;
  const before = old.activeDeadlineSeconds;
  if (seconds === undefined) {
    if (before !== undefined)
      errors.push(fieldError.invalid(field, null, 'must not update from a positive integer to nil value'));
    return true;
  }
  if (seconds < 0 || seconds > 2147483647) {
    errors.push(fieldError.invalid(field, seconds, 'must be between 0 and 2147483647, inclusive'));
    return false;
  }
  if (before === undefined || before >= seconds) return true;
  errors.push(fieldError.invalid(field, seconds, 'must be less than or equal to previous value'));
  return false;
}

/** Kubernetes: `validateOnlyAddedTolerations`. */
function checkTolerations(
  errors: Errors,
  next: readonly Toleration[] | undefined,
  old: readonly Toleration[] | undefined,
): void {
  if (next === old) return;
  const isKept = (toleration: Toleration): boolean =>
    (next ?? []).some(candidate =>
      isDeepEqual({ ...toleration, tolerationSeconds: candidate.tolerationSeconds }, candidate),
    );
  if ((old ?? []).every(isKept)) return;
  errors.push(
    fieldError.forbidden('spec.tolerations', 'existing toleration can not be modified except its tolerationSeconds'),
  );
}

function checkGates(errors: Errors, spec: PodSpec, old: PodSpec): void {
  const known = new Set((old.schedulingGates ?? []).map(gate => gate.name));
  for (const [index, { name }] of (spec.schedulingGates ?? []).entries()) {
    if (known.has(name)) continue;
    const detail = `only deletion is allowed, but found new scheduling gate '${name}'`;
    errors.push(fieldError.forbidden(`spec.schedulingGates[${index}].name`, detail));
  }
}

const changeable = [
  '`spec.containers[*].image`',
  '`spec.initContainers[*].image`',
  '`spec.activeDeadlineSeconds`',
  '`spec.tolerations` (only additions to existing tolerations)',
  '`spec.terminationGracePeriodSeconds` (allow it to be set to 1 if it was previously negative)',
].join(',');

/** Everything else of a pod's spec stays as it was created. */
function checkUnchangeable(errors: Errors, spec: PodSpec, old: PodSpec): void {
  const withImages = (next: readonly Container[] | undefined, before: readonly Container[] | undefined) =>
    next?.map((container, index) => ({ ...container, image: before![index]!.image }));
  const isGated = (old.schedulingGates ?? []).length > 0;
  const munged: PodSpec = {
    ...spec,
    containers: withImages(spec.containers, old.containers)!,
    initContainers: withImages(spec.initContainers, old.initContainers),
    activeDeadlineSeconds: old.activeDeadlineSeconds,
    schedulingGates: old.schedulingGates,
    tolerations: old.tolerations,
    ...(isGated ? { nodeSelector: narrowed(errors, spec, old), affinity: narrowedAffinity(errors, spec, old) } : {}),
    ...((old.terminationGracePeriodSeconds ?? 0) < 0 && spec.terminationGracePeriodSeconds === 1
      ? { terminationGracePeriodSeconds: old.terminationGracePeriodSeconds }
      : {}),
  };
  if (isSemanticallyEqual(munged, old)) return;
  const text = `pod updates may not change fields other than ${changeable}\n${describeDifference(old, munged)}`;
  errors.push(fieldError.forbidden('spec', text));
}

/** Kubernetes: while a pod waits at a gate, its node selector may grow. */
function narrowed(errors: Errors, spec: PodSpec, old: PodSpec): PodSpec['nodeSelector'] {
  const before = old.nodeSelector ?? {};
  const isNarrower = Object.keys(before).every(key => spec.nodeSelector?.[key] === before[key]);
  if (!isNarrower) {
    const detail = 'only additions are allowed (no mutations or deletions)';
    errors.push(fieldError.invalid('spec.nodeSelector', spec.nodeSelector ?? null, detail));
  }
  return old.nodeSelector;
}

/** Kubernetes: and its required node affinity may narrow. */
function narrowedAffinity(errors: Errors, spec: PodSpec, old: PodSpec): PodSpec['affinity'] {
  const field = 'spec.affinity.nodeAffinity.requiredDuringSchedulingIgnoredDuringExecution';
  const before = old.affinity?.nodeAffinity;
  const after = spec.affinity?.nodeAffinity;
  const required = before?.requiredDuringSchedulingIgnoredDuringExecution;
  const next = after?.requiredDuringSchedulingIgnoredDuringExecution;
  if (required !== undefined && required.nodeSelectorTerms.length > 0) {
    if (next === undefined || next.nodeSelectorTerms.length !== required.nodeSelectorTerms.length) {
      errors.push(
        fieldError.invalid(
          `${field}.nodeSelectorTerms`,
          next?.nodeSelectorTerms ?? null,
          'no additions/deletions to non-empty NodeSelectorTerms list are allowed',
        ),
      );
    } else {
      for (const [index, term] of required.nodeSelectorTerms.entries()) {
        const isKept =
          hasAll(next.nodeSelectorTerms[index]!.matchExpressions, term.matchExpressions) &&
          hasAll(next.nodeSelectorTerms[index]!.matchFields, term.matchFields);
        if (!isKept) {
          errors.push(
            fieldError.invalid(
              `${field}.nodeSelectorTerms[${index}]`,
              next.nodeSelectorTerms[index],
              'only additions are allowed (no mutations or deletions)',
            ),
          );
        }
      }
    }
  }
  if (spec.affinity === undefined) return before === undefined ? undefined : { nodeAffinity: before };
  const isOnlyNode = spec.affinity.podAffinity === undefined && spec.affinity.podAntiAffinity === undefined;
  return old.affinity === undefined && isOnlyNode ? undefined : { ...spec.affinity, nodeAffinity: before };
}

function hasAll(next: readonly unknown[] | undefined, old: readonly unknown[] | undefined): boolean {
  return (old ?? []).every((requirement, index) => isDeepEqual(next?.[index], requirement));
}

/** Kubernetes: `ValidatePodEphemeralContainersUpdate`. */
export function validateEphemeralContainersUpdate(pod: Pod, old: Pod): readonly FieldError[] {
  const errors: Errors = [...validatePod(pod)];
  const next = new Map((pod.spec.ephemeralContainers ?? []).map(container => [container.name, container]));
  for (const before of old.spec.ephemeralContainers ?? []) {
    const after = next.get(before.name);
    const name = JSON.stringify(before.name);
    if (after === undefined) {
      errors.push(
        fieldError.forbidden('spec.ephemeralContainers', `existing ephemeral containers ${name} may not be removed\n`),
      );
    } else if (!isSemanticallyEqual(after, before)) {
      const text = `existing ephemeral containers ${name} may not be changed\n${describeDifference(before, after)}`;
      errors.push(fieldError.forbidden('spec.ephemeralContainers', text));
    }
  }
  return errors;
}
