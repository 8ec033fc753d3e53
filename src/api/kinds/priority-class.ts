import { type FieldError, fieldError, validateImmutable } from '../../machinery/index.ts';
import { type PriorityClass, priorityClasses } from '../generated/index.ts';
import { defineKind } from './define-kind.ts';
import { fillDefaults } from './fill-defaults.ts';
import { ageColumn, booleanColumn, integerColumn, nameColumn, textColumn } from './table-columns.ts';

/** Kubernetes: the highest value that users may give. */
export const highestUserPriority = 1_000_000_000;

/** Kubernetes: the two classes of the system itself. */
const systemClasses: ReadonlyMap<string, { readonly value: number; readonly globalDefault: boolean }> = new Map([
  ['system-node-critical', { value: 2_000_001_000, globalDefault: false }],
  ['system-cluster-critical', { value: 2_000_000_000, globalDefault: false }],
]);

/** Kubernetes: `ValidatePriorityClass`. */
function validatePriorityClass(object: PriorityClass): readonly FieldError[] {
  const name = object.metadata.name ?? '';
  const value = object.value ?? 0;
  const errors: FieldError[] = [];
  if (name.startsWith('system-')) {
    const known = systemClasses.get(name);
    const problem =
      known === undefined
        ? `priority class names with 'system-' prefix are reserved for system use only. error: ${name} is not a known system priority class`
        : known.value !== value
          ? `priority class names with 'system-' prefix are reserved for system use only. error: value of ${name} PriorityClass must be ${known.value}`
          : undefined;
    if (problem !== undefined) errors.push(fieldError.forbidden('metadata.name', problem));
  } else if (value > highestUserPriority) {
    errors.push(
      fieldError.forbidden('value', `maximum allowed value of a user defined priority is ${highestUserPriority}`),
    );
  }
  const { preemptionPolicy } = object;
  if (preemptionPolicy !== undefined && preemptionPolicy !== 'Never' && preemptionPolicy !== 'PreemptLowerPriority') {
    errors.push(fieldError.notSupported('preemptionPolicy', preemptionPolicy, ['PreemptLowerPriority', 'Never']));
  }
  return errors;
}

export const priorityClass = defineKind(priorityClasses, {
  setDefaults: object => fillDefaults(object, { preemptionPolicy: 'PreemptLowerPriority' }),
  skipsFullValidationOnUpdate: true,
  validateCreate: validatePriorityClass,
  validateUpdate: (object, old) => [
    ...((object.value ?? 0) === (old.value ?? 0)
      ? []
      : [fieldError.forbidden('value', 'may not be changed in an update.')]),
    ...validateImmutable(object.preemptionPolicy, old.preemptionPolicy, 'preemptionPolicy'),
  ],
  columns: [
    nameColumn,
    integerColumn<PriorityClass>('Value', 'The priority of its pods.', object => object.value ?? 0),
    booleanColumn<PriorityClass>(
      'Global-Default',
      'Whether it is for pods that name none.',
      o => o.globalDefault === true,
    ),
    ageColumn,
    textColumn<PriorityClass>(
      'PreemptionPolicy',
      'Whether its pods push others out.',
      o => o.preemptionPolicy ?? '',
      0,
    ),
  ],
});
