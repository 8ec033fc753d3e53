import { type FieldError, fieldError, validateAnnotations, validateLabels } from '../../../machinery/index.ts';
import type { PodTemplateSpec } from '../../generated/index.ts';
import { validatePodSpec } from './validate-pod-spec.ts';

/** Kubernetes: `ValidatePodTemplateSpec`; metadata is reported without `metadata` in its path, as upstream does. */
export function validatePodTemplate(template: PodTemplateSpec | undefined, field: string): readonly FieldError[] {
  const { metadata, spec = { containers: [] } } = template ?? {};
  const errors: FieldError[] = [
    ...validateLabels(metadata?.labels, `${field}.labels`),
    ...validateAnnotations(metadata?.annotations, `${field}.annotations`),
    ...validatePodSpec(spec, { field: `${field}.spec`, isPod: false }),
  ];
  if ((spec.ephemeralContainers ?? []).length > 0) {
    const detail = 'ephemeral containers not allowed in pod template';
    errors.push(fieldError.forbidden(`${field}.spec.ephemeralContainers`, detail));
  }
  return errors;
}
