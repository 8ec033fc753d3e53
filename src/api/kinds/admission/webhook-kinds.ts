import {
  type MutatingWebhook,
  type MutatingWebhookConfiguration,
  mutatingWebhookConfigurations,
  type ValidatingWebhook,
  type ValidatingWebhookConfiguration,
  validatingWebhookConfigurations,
} from '../../generated/index.ts';
import { defineKind } from '../define-kind.ts';
import { changeField, changeItems, fillDefaults } from '../fill-defaults.ts';
import { ageColumn, integerColumn, nameColumn } from '../table-columns.ts';
import { defaultRule } from './default-rules.ts';
import { validateWebhooks } from './validate-webhooks.ts';

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

export const mutatingWebhookConfiguration = defineKind(mutatingWebhookConfigurations, {
  requiresResourceVersion: true,
  skipsFullValidationOnUpdate: true,
  validateCreate: ({ webhooks }) => validateWebhooks(webhooks),
  validateUpdate: ({ webhooks }, old) => validateWebhooks(webhooks, old.webhooks ?? []),
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
  skipsFullValidationOnUpdate: true,
  validateCreate: ({ webhooks }) => validateWebhooks(webhooks),
  validateUpdate: ({ webhooks }, old) => validateWebhooks(webhooks, old.webhooks ?? []),
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
