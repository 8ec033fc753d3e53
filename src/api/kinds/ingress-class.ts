import {
  checkDns1123Label,
  type FieldError,
  fieldError,
  invalidEach,
  utf8Length,
  validateDomainPrefixedPath,
  validateImmutable,
} from '../../machinery/index.ts';
import { type IngressClass, type IngressClassParametersReference, ingressClasses } from '../generated/index.ts';
import { defineKind } from './define-kind.ts';
import { changeField, fillDefaults } from './fill-defaults.ts';
import type { Errors } from './pod-validation/index.ts';
import { checkReference } from './reference-checks.ts';
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

const controllerMax = 250;

/** Kubernetes: `ValidateIngressClass`. */
function validateIngressClass({ spec }: IngressClass): readonly FieldError[] {
  const { controller = '', parameters } = spec ?? {};
  const errors: Errors = [];
  if (utf8Length(controller) > controllerMax) errors.push(fieldError.tooLong('spec.controller', controllerMax));
  errors.push(...validateDomainPrefixedPath(controller, 'spec.controller'));
  if (parameters !== undefined) {
    checkReference(errors, 'spec.parameters', parameters);
    checkScope(errors, parameters);
  }
  return errors;
}

function checkScope(errors: Errors, { scope = '', namespace }: IngressClassParametersReference): void {
  const field = 'spec.parameters.namespace';
  if (scope !== 'Namespace' && scope !== 'Cluster') {
    errors.push(fieldError.notSupported('spec.parameters.scope', scope, ['Cluster', 'Namespace']));
  } else if (scope === 'Cluster') {
    if (namespace !== undefined) errors.push(fieldError.forbidden(field, "`parameters.scope` is set to 'Cluster'"));
  } else if (namespace === undefined) {
    errors.push(fieldError.required(field, "`parameters.scope` is set to 'Namespace'"));
  } else {
    errors.push(...invalidEach(field, namespace, checkDns1123Label(namespace)));
  }
}

export const ingressClass = defineKind(ingressClasses, {
  setDefaults: object =>
    changeField(object, 'spec', spec => changeField(spec, 'parameters', p => fillDefaults(p, { scope: 'Cluster' }))),
  validateCreate: validateIngressClass,
  validateUpdate: (object, old) =>
    validateImmutable(object.spec?.controller ?? '', old.spec?.controller ?? '', 'spec.controller'),
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
