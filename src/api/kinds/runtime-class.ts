import {
  checkDns1123Label,
  type FieldError,
  fieldError,
  invalidEach,
  validateImmutable,
  validateLabels,
} from '../../machinery/index.ts';
import { type RuntimeClass, runtimeClasses } from '../generated/index.ts';
import { defineKind } from './define-kind.ts';
import { checkContainerResources, checkTolerations, type Errors } from './pod-validation/index.ts';
import { ageColumn, nameColumn, textColumn } from './table-columns.ts';

function validateRuntimeClass(object: RuntimeClass): readonly FieldError[] {
  const { handler = '', overhead, scheduling } = object;
  const errors: Errors = [];
  if (handler === '') errors.push(fieldError.required('handler'));
  else errors.push(...invalidEach('handler', handler, checkDns1123Label(handler)));
  if (overhead !== undefined) {
    checkContainerResources(errors, 'overhead', { limits: overhead.podFixed }, new Set());
  }
  if (scheduling === undefined) return errors;
  errors.push(...validateLabels(scheduling.nodeSelector, 'scheduling.nodeSelector'));
  checkTolerations(errors, 'scheduling.tolerations', scheduling.tolerations);
  const seen = new Set<string>();
  for (const [index, toleration] of (scheduling.tolerations ?? []).entries()) {
    const { key = '', operator = '', value = '', effect = '' } = toleration;
    const identity = JSON.stringify([key, operator, value, effect]);
    const shown = {
      Key: key,
      Operator: operator,
      Value: value,
      Effect: effect,
      TolerationSeconds: toleration.tolerationSeconds ?? null,
    };
    if (seen.has(identity)) errors.push(fieldError.duplicate(`scheduling.tolerations[${index}]`, shown));
    seen.add(identity);
  }
  return errors;
}

export const runtimeClass = defineKind(runtimeClasses, {
  hasGeneration: false,
  canCreateOnUpdate: true,
  requiresResourceVersion: true,
  validateCreate: validateRuntimeClass,
  validateUpdate: (object, old) => validateImmutable(object.handler, old.handler, 'handler'),
  columns: [
    nameColumn,
    textColumn<RuntimeClass>('Handler', 'How the container runtime knows it.', o => o.handler),
    ageColumn,
  ],
});
