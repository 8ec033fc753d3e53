import {
  type FieldError,
  fieldError,
  isJsonObject,
  validateImmutable,
  validateNonnegative,
} from '../../machinery/index.ts';
import { type ControllerRevision, controllerRevisions } from '../generated/index.ts';
import { defineKind } from './define-kind.ts';
import { ageColumn, formatController, looseColumn, nameColumn, textColumn } from './table-columns.ts';

function validateControllerRevision(object: ControllerRevision): readonly FieldError[] {
  return [...validateNonnegative(object.revision, 'revision')];
}

function validateData({ data }: ControllerRevision): readonly FieldError[] {
  if (data === undefined || data === null) return [fieldError.required('data', 'data is mandatory')];
  return isJsonObject(data) ? [] : [fieldError.required('data', 'data must be a valid JSON object')];
}

export const controllerRevision = defineKind(controllerRevisions, {
  hasGeneration: false,
  skipsFullValidationOnUpdate: true,
  validateCreate: object => [...validateControllerRevision(object), ...validateData(object)],
  validateUpdate: (object, old) => [
    ...validateControllerRevision(object),
    ...validateImmutable(object.data, old.data, 'data'),
  ],
  columns: [
    nameColumn,
    textColumn('Controller', 'What it is a revision of.', formatController),
    looseColumn<ControllerRevision>('Revision', 'Its number.', object => object.revision),
    ageColumn,
  ],
});
