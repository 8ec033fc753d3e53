import type { CustomResourceSubresourceScale } from '../../api/generated/index.ts';
import {
  type FieldError,
  fieldError,
  formatGoValue,
  goTypeOf,
  isJsonObject,
  type KubeObject,
} from '../../machinery/index.ts';

const int32Max = 2147483647;

/** Kubernetes: `ValidateScaleSpec`. */
export function validateScaleSpec(
  object: KubeObject,
  scale: CustomResourceSubresourceScale | undefined,
): readonly FieldError[] {
  return scale === undefined ? [] : checkReplicas(object, scale.specReplicasPath);
}

/** Kubernetes: `ValidateScaleStatus`. */
export function validateScaleStatus(
  object: KubeObject,
  scale: CustomResourceSubresourceScale | undefined,
): readonly FieldError[] {
  if (scale === undefined) return [];
  return [
    ...checkReplicas(object, scale.statusReplicasPath),
    ...(scale.labelSelectorPath === undefined ? [] : checkSelector(object, scale.labelSelectorPath)),
  ];
}

/** A value, or what a path comes upon that is no object. */
type Found = { readonly value: unknown } | { readonly problem: string };

function find(object: unknown, path: string): Found {
  let value = object;
  const names = path.replace(/^\./, '').split('.');
  for (const [index, name] of names.entries()) {
    if (value === undefined) return { value };
    if (!isJsonObject(value)) {
      const at = `.${names.slice(0, index).join('.')}`;
      return {
        problem: `${at} accessor error: ${formatGoValue(value)} is of the type ${goTypeOf(value)}, expected map[string]interface{}`,
      };
    }
    value = value[name];
  }
  return { value };
}

function checkReplicas(object: KubeObject, path: string): readonly FieldError[] {
  const found = find(object, path);
  if ('problem' in found) return [fieldError.invalid(path, 0, found.problem)];
  const { value } = found;
  if (value === undefined) return [];
  if (typeof value !== 'number' || !Number.isInteger(value)) {
    return [fieldError.invalid(path, 0, mismatch(path, value, 'int64'))];
  }
  if (value < 0) return [fieldError.invalid(path, value, 'should be a non-negative integer')];
  return value > int32Max ? [fieldError.invalid(path, value, `should be less than or equal to ${int32Max}`)] : [];
}

function checkSelector(object: KubeObject, path: string): readonly FieldError[] {
  if (path === '') return [];
  const found = find(object, path);
  if ('problem' in found) return [fieldError.invalid(path, '', found.problem)];
  const { value } = found;
  if (value === undefined || typeof value === 'string') return [];
  return [fieldError.invalid(path, '', mismatch(path, value, 'string'))];
}

/** Kubernetes: `unstructured.NestedInt64` and its kind. */
function mismatch(path: string, value: unknown, expected: string): string {
  const at = path.startsWith('.') ? path : `.${path}`;
  return `${at} accessor error: ${formatGoValue(value)} is of the type ${goTypeOf(value)}, expected ${expected}`;
}
