import {
  type MatchResources,
  type MutatingAdmissionPolicy,
  type MutatingAdmissionPolicyBinding,
  type MutatingWebhook,
  type MutatingWebhookConfiguration,
  mutatingAdmissionPolicies,
  mutatingAdmissionPolicyBindings,
  mutatingWebhookConfigurations,
  type RuleWithOperations,
  type ValidatingAdmissionPolicy,
  type ValidatingAdmissionPolicyBinding,
  type ValidatingWebhook,
  type ValidatingWebhookConfiguration,
  validatingAdmissionPolicies,
  validatingAdmissionPolicyBindings,
  validatingWebhookConfigurations,
} from '../generated/index.ts';
import { defineKind } from './define-kind.ts';
import { changeField, changeItems, fillDefaults } from './fill-defaults.ts';
import { statusRules } from './status-rules.ts';
import { ageColumn, integerColumn, nameColumn, textColumn } from './table-columns.ts';

/** The kinds that configure admission. Expressions are not compiled when they are written. */

function defaultRule<T extends RuleWithOperations>(rule: T): T {
  return rule.scope === undefined ? { ...rule, scope: '*' } : rule;
}

function defaultWebhook<T extends MutatingWebhook | ValidatingWebhook>(webhook: T): T {
  const complete = fillDefaults<MutatingWebhook | ValidatingWebhook>(webhook, {
    failurePolicy: 'Fail',
    matchPolicy: 'Equivalent',
    namespaceSelector: {},
    objectSelector: {},
    timeoutSeconds: 10,
  });
  const ruled = changeField(complete, 'rules', rules => changeItems(rules, defaultRule));
  return changeField(ruled, 'clientConfig', client =>
    changeField(client, 'service', service => fillDefaults(service, { port: 443 })),
  ) as T;
}

function defaultMatch(match: MatchResources): MatchResources {
  const complete = fillDefaults(match, { matchPolicy: 'Equivalent', namespaceSelector: {}, objectSelector: {} });
  const included = changeField(complete, 'resourceRules', rules => changeItems(rules, defaultRule));
  return changeField(included, 'excludeResourceRules', rules => changeItems(rules, defaultRule));
}

export const mutatingWebhookConfiguration = defineKind(mutatingWebhookConfigurations, {
  requiresResourceVersion: true,
  setDefaults: object =>
    changeField(object, 'webhooks', webhooks =>
      changeItems(webhooks, webhook => fillDefaults(defaultWebhook(webhook), { reinvocationPolicy: 'Never' })),
    ),
  columns: [
    nameColumn,
    integerColumn<MutatingWebhookConfiguration>(
      'Webhooks',
      'How many webhooks.',
      object => object.webhooks?.length ?? 0,
    ),
    ageColumn,
  ],
});

export const validatingWebhookConfiguration = defineKind(validatingWebhookConfigurations, {
  requiresResourceVersion: true,
  setDefaults: object => changeField(object, 'webhooks', webhooks => changeItems(webhooks, defaultWebhook)),
  columns: [
    nameColumn,
    integerColumn<ValidatingWebhookConfiguration>(
      'Webhooks',
      'How many webhooks.',
      object => object.webhooks?.length ?? 0,
    ),
    ageColumn,
  ],
});

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
