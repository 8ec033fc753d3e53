import { type IngressClass, ingressClasses } from '../generated/index.ts';
import { defineKind } from './define-kind.ts';
import { changeField, fillDefaults } from './fill-defaults.ts';
import { ageColumn, nameColumn, textColumn } from './table-columns.ts';

function formatName({ metadata }: IngressClass): string {
  const isDefault = metadata.annotations?.['ingressclass.kubernetes.io/is-default-class'] === 'true';
  return isDefault ? `${metadata.name} (default)` : (metadata.name ?? '');
}

function formatParameters({ spec }: IngressClass): string {
  const parameters = spec?.parameters;
  if (parameters === undefined) return '<none>';
  const group = parameters.apiGroup === undefined ? '' : `.${parameters.apiGroup}`;
  return `${parameters.kind}${group}/${parameters.name}`;
}

export const ingressClass = defineKind(ingressClasses, {
  setDefaults: object =>
    changeField(object, 'spec', spec => changeField(spec, 'parameters', p => fillDefaults(p, { scope: 'Cluster' }))),
  columns: [
    { ...textColumn<IngressClass>('Name', nameColumn.description, formatName), format: 'name' },
    textColumn<IngressClass>(
      'Controller',
      'Which controller serves the class.',
      object => object.spec?.controller ?? '',
    ),
    textColumn<IngressClass>('Parameters', 'Its further settings.', formatParameters),
    ageColumn,
  ],
});
