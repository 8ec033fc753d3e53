import type { KubeObject } from '../../machinery/index.ts';
import type { ResourceQuota, ScopedResourceSelectorRequirement } from '../generated/index.ts';
import type { QuotaEvaluator } from './quota-evaluator.ts';

/** Whether the object is within every scope of the quota; one without scopes is about all objects. */
export function isInScopes(evaluator: QuotaEvaluator, quota: ResourceQuota, object: KubeObject): boolean {
  return scopesOf(quota).every(scope => evaluator.isInScope(object, scope));
}

function scopesOf({ spec }: ResourceQuota): readonly ScopedResourceSelectorRequirement[] {
  return [
    ...(spec?.scopes ?? []).map(scopeName => ({ scopeName, operator: 'Exists' })),
    ...(spec?.scopeSelector?.matchExpressions ?? []),
  ];
}
