import { checkDns1123Label, type FieldError, invalidEach, validateImmutable } from '../../machinery/index.ts';
import { type RuntimeClass, runtimeClasses } from '../generated/index.ts';
import { defineKind } from './define-kind.ts';
import { ageColumn, nameColumn, textColumn } from './table-columns.ts';

function validateRuntimeClass(object: RuntimeClass): readonly FieldError[] {
  return invalidEach('handler', object.handler, checkDns1123Label(object.handler ?? ''));
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
