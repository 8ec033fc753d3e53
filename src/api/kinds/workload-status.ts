import { type FieldError, fieldError } from '../../machinery/index.ts';
import { checkNonnegative, type Errors } from './pod-validation/index.ts';

type Status = Readonly<Record<string, unknown>>;

/**
 * Counts of pods in the status of a workload: none is negative, none of `parts` is more than all, and no pod is available
 * before it is ready. Kubernetes: `ValidateDeploymentStatus` and its kin.
 */
export function validateCounts(
  status: object | undefined,
  old: object | undefined,
  parts: readonly string[],
  readyField = 'readyReplicas',
): readonly FieldError[] {
  const next = (status ?? {}) as Status;
  const errors: Errors = [];
  const count = (name: string): number => (typeof next[name] === 'number' ? next[name] : 0);
  for (const name in next) checkNonnegative(errors, `status.${name}`, count(name));
  for (const name of parts) {
    if (count(name) <= count('replicas')) continue;
    errors.push(fieldError.invalid(`status.${name}`, count(name), 'cannot be greater than status.replicas'));
  }
  if (parts.length > 0 && count('availableReplicas') > count('readyReplicas')) {
    const detail = `cannot be greater than ${readyField}`;
    errors.push(fieldError.invalid('status.availableReplicas', count('availableReplicas'), detail));
  }
  const collisions = ((old ?? {}) as Status)['collisionCount'];
  if (typeof collisions === 'number' && count('collisionCount') < collisions) {
    errors.push(fieldError.invalid('status.collisionCount', count('collisionCount'), 'cannot be decremented'));
  }
  return errors;
}
