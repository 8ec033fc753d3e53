import { canonicalizeQuantity } from '../../machinery/index.ts';
import { type ResourceQuota, resourceQuotas } from '../generated/index.ts';
import { defineKind } from './define-kind.ts';
import { validateQuota, validateQuotaStatus, validateQuotaUpdate } from './resource-quota-validation.ts';
import { statusRules } from './status-rules.ts';
import { ageColumn, nameColumn, textColumn } from './table-columns.ts';

/** `pods: 3/10, requests.cpu: 1/4`: used of allowed, limits apart from the rest. */
function formatUse({ status }: ResourceQuota, areLimits: boolean): string {
  return Object.keys(status?.hard ?? {})
    .sort()
    .filter(name => name.startsWith('limits.') === areLimits)
    .map(name => `${name}: ${format(status?.used?.[name])}/${format(status?.hard?.[name])}`)
    .join(', ');
}

function format(quantity: string | undefined): string {
  return canonicalizeQuantity(quantity ?? '0') ?? '';
}

export const resourceQuota = defineKind(resourceQuotas, {
  hasGeneration: false,
  prepareForCreate: object => ({ ...object, status: {} }),
  validateCreate: validateQuota,
  validateUpdate: validateQuotaUpdate,
  status: statusRules<ResourceQuota>({ validateUpdate: validateQuotaStatus }),
  columns: [
    nameColumn,
    textColumn<ResourceQuota>('Request', 'Use of what may be requested.', object => formatUse(object, false)),
    textColumn<ResourceQuota>('Limit', 'Use of what limits may add up to.', object => formatUse(object, true)),
    ageColumn,
  ],
});
