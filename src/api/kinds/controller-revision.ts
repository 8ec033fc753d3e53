import { type FieldError, fieldError, validateImmutable, validateNonnegative } from '../../machinery/index.ts';
import { type ControllerRevision, controllerRevisions } from '../generated/index.ts';
import { defineKind } from './define-kind.ts';
import { ageColumn, formatController, looseColumn, nameColumn, textColumn } from './table-columns.ts';

function validateControllerRevision(object: ControllerRevision): readonly FieldError[] {
  return [
    ...(object.data === undefined ? [fieldError.required('data', 'data is mandatory')] : []),
    ...validateNonnegative(object.revision, 'revision'),
  ];
}

export const controllerRevision = defineKind(controllerRevisions, {
  hasGeneration: false,
  validateCreate: validateControllerRevision,
  validateUpdate: (object, old) => validateImmutable(object.data, old.data, 'data'),
  columns: [
    nameColumn,
    textColumn('Controller', 'What it is a revision of.', formatController),
    looseColumn<ControllerRevision>('Revision', 'Its number.', object => object.revision),
    ageColumn,
  ],
});
