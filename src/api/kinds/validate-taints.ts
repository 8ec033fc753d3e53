import { checkLabelValue, type FieldError, fieldError, invalidEach, validateLabelName } from '../../machinery/index.ts';
import type { Taint } from '../generated/index.ts';

const effects = ['NoSchedule', 'PreferNoSchedule', 'NoExecute'];

/** Kubernetes: `validateNodeTaints`: keys, values, effects, and no pair of key and effect twice. */
export function validateNodeTaints(taints: readonly Taint[] | undefined, field: string): readonly FieldError[] {
  const errors: FieldError[] = [];
  const seen = new Set<string>();
  for (const [index, taint] of (taints ?? []).entries()) {
    const at = `${field}[${index}]`;
    errors.push(...validateLabelName(taint.key ?? '', `${at}.key`));
    errors.push(...invalidEach(`${at}.value`, taint.value ?? '', checkLabelValue(taint.value ?? '')));
    errors.push(...validateTaintEffect(taint.effect, `${at}.effect`));
    const identity = `${taint.key}:${taint.effect}`;
    if (seen.has(identity)) {
      const { key, value = '', effect, timeAdded = null } = taint;
      const shown = { Key: key, Value: value, Effect: effect, TimeAdded: timeAdded };
      errors.push({ ...fieldError.duplicate(at, shown), detail: 'taints must be unique by key and effect pair' });
    }
    seen.add(identity);
  }
  return errors;
}

function validateTaintEffect(effect: string | undefined, field: string): readonly FieldError[] {
  if ((effect ?? '') === '') return [fieldError.required(field)];
  return effects.includes(effect!) ? [] : [fieldError.notSupported(field, effect, effects)];
}
