import {
  type MutatingAdmissionPolicy,
  type MutatingAdmissionPolicyBinding,
  mutatingAdmissionPolicies,
  mutatingAdmissionPolicyBindings,
  type ValidatingAdmissionPolicy,
  type ValidatingAdmissionPolicyBinding,
  validatingAdmissionPolicies,
  validatingAdmissionPolicyBindings,
} from '../../generated/index.ts';
import { defineKind } from '../define-kind.ts';
import { changeField, fillDefaults } from '../fill-defaults.ts';
import { statusRules } from '../status-rules.ts';
import { ageColumn, integerColumn, nameColumn, textColumn } from '../table-columns.ts';
import { defaultMatch } from './default-rules.ts';
import { validateMutatingBinding, validateValidatingBinding } from './validate-bindings.ts';
import { validateMutatingPolicy, validateValidatingPolicy } from './validate-policies.ts';

interface WithParamKind {
  readonly spec: {
    readonly paramKind?: { readonly apiVersion?: string | undefined; readonly kind?: string | undefined } | undefined;
  };
}

function formatParamKind({ spec }: WithParamKind): string {
  return spec.paramKind === undefined ? '<unset>' : `${spec.paramKind.apiVersion ?? ''}/${spec.paramKind.kind ?? ''}`;
}

interface WithParamRef {
  readonly spec: {
    readonly paramRef?: { readonly name?: string | undefined; readonly namespace?: string | undefined } | undefined;
  };
}

function formatParamRef({ spec }: WithParamRef): string {
  const ref = spec.paramRef;
  if ((ref?.name ?? '') === '') return '<unset>';
  return `${ref!.namespace || '*'}/${ref!.name}`;
}

export const validatingAdmissionPolicy = defineKind(validatingAdmissionPolicies, {
  validateCreate: validateValidatingPolicy,
  requiresResourceVersion: true,
  setDefaults: object =>
    changeField(object, 'spec', spec =>
      changeField(fillDefaults(spec, { failurePolicy: 'Fail' }), 'matchConstraints', defaultMatch),
    ),
  prepareForCreate: object => ({ ...object, status: {} }),
  status: statusRules<ValidatingAdmissionPolicy>({ keeps: 'metadata' }),
  columns: [
    nameColumn,
    integerColumn<ValidatingAdmissionPolicy>(
      'Validations',
      'How many rules.',
      object => object.spec.validations?.length ?? 0,
    ),
    textColumn<ValidatingAdmissionPolicy>('ParamKind', 'The kind of its parameters.', formatParamKind),
    ageColumn,
  ],
});

export const validatingAdmissionPolicyBinding = defineKind(validatingAdmissionPolicyBindings, {
  validateCreate: validateValidatingBinding,
  requiresResourceVersion: true,
  setDefaults: object => changeField(object, 'spec', spec => changeField(spec, 'matchResources', defaultMatch)),
  columns: [
    nameColumn,
    textColumn<ValidatingAdmissionPolicyBinding>(
      'PolicyName',
      'The policy it binds.',
      object => object.spec.policyName,
    ),
    textColumn<ValidatingAdmissionPolicyBinding>('ParamRef', 'Its parameters.', formatParamRef),
    ageColumn,
  ],
});

export const mutatingAdmissionPolicy = defineKind(mutatingAdmissionPolicies, {
  validateCreate: validateMutatingPolicy,
  requiresResourceVersion: true,
  setDefaults: object =>
    changeField(object, 'spec', spec =>
      changeField(fillDefaults(spec, { failurePolicy: 'Fail' }), 'matchConstraints', defaultMatch),
    ),
  columns: [
    nameColumn,
    integerColumn<MutatingAdmissionPolicy>(
      'Mutations',
      'How many changes.',
      object => object.spec.mutations?.length ?? 0,
    ),
    textColumn<MutatingAdmissionPolicy>('ParamKind', 'The kind of its parameters.', formatParamKind),
    ageColumn,
  ],
});

export const mutatingAdmissionPolicyBinding = defineKind(mutatingAdmissionPolicyBindings, {
  validateCreate: validateMutatingBinding,
  requiresResourceVersion: true,
  setDefaults: object => changeField(object, 'spec', spec => changeField(spec, 'matchResources', defaultMatch)),
  columns: [
    nameColumn,
    textColumn<MutatingAdmissionPolicyBinding>(
      'PolicyName',
      'The policy it binds.',
      object => object.spec.policyName ?? '',
    ),
    textColumn<MutatingAdmissionPolicyBinding>('ParamRef', 'Its parameters.', formatParamRef),
    ageColumn,
  ],
});
