import {
  canonicalizeQuantity,
  checkDns1123Subdomain,
  fieldError,
  invalidEach,
  quantityToNumber,
} from '../../machinery/index.ts';
import type { Errors } from './pod-validation/index.ts';

/** What volumes and claims check alike. */

const accessModes = ['ReadOnlyMany', 'ReadWriteMany', 'ReadWriteOnce', 'ReadWriteOncePod'];
const volumeModes = ['Block', 'Filesystem'];

export function checkAccessModes(errors: Errors, modes: readonly string[], field: string, required: string): void {
  if (modes.length === 0) errors.push(fieldError.required(field, required));
  for (const mode of modes)
    if (!accessModes.includes(mode)) errors.push(fieldError.notSupported(field, mode, accessModes));
  const isShared = modes.some(mode => mode !== 'ReadWriteOncePod' && accessModes.includes(mode));
  if (modes.includes('ReadWriteOncePod') && isShared) {
    errors.push(fieldError.forbidden(field, 'may not use ReadWriteOncePod with other access modes'));
  }
}

export function checkVolumeMode(errors: Errors, mode: string | undefined, field: string): void {
  if (mode !== undefined && !volumeModes.includes(mode)) errors.push(fieldError.notSupported(field, mode, volumeModes));
}

export function checkClassName(errors: Errors, name: string | undefined, field: string): void {
  if ((name ?? '') !== '') errors.push(...invalidEach(field, name, checkDns1123Subdomain(name!)));
}

/** Kubernetes: `ValidatePositiveQuantityValue`. */
export function checkPositiveQuantity(errors: Errors, value: string, field: string): void {
  if (quantityToNumber(value) > 0) return;
  errors.push(fieldError.invalid(field, canonicalizeQuantity(value) ?? value, 'must be greater than zero'));
}
