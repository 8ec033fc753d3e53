import { type LimitRange, type LimitRangeItem, limitRanges } from '../generated/index.ts';
import { defineKind } from './define-kind.ts';
import { changeField, changeItems } from './fill-defaults.ts';
import { validateLimitRange } from './limit-range-validation.ts';

/** Kubernetes: `SetDefaults_LimitRangeItem`: what a container gets follows from what it may have. */
function defaultItem(item: LimitRangeItem): LimitRangeItem {
  if (item.type !== 'Container') return item;
  const limits = { ...item.max, ...item.default };
  const requests = { ...item.min, ...limits, ...item.defaultRequest };
  if (sameKeys(limits, item.default) && sameKeys(requests, item.defaultRequest)) return item;
  return {
    ...item,
    ...(Object.keys(limits).length === 0 ? {} : { default: limits }),
    ...(Object.keys(requests).length === 0 ? {} : { defaultRequest: requests }),
  };
}

function sameKeys(one: object, other: object | undefined): boolean {
  return Object.keys(one).length === Object.keys(other ?? {}).length;
}

export const limitRange = defineKind(limitRanges, {
  hasGeneration: false,
  canCreateOnUpdate: true,
  // Kubernetes: the one kind that needs no name.
  prepareForCreate: (object, context) =>
    object.metadata.name ? object : { ...object, metadata: { ...object.metadata, name: context.uuid() } },
  validateCreate: validateLimitRange,
  setDefaults: (object: LimitRange) =>
    changeField(object, 'spec', spec => changeField(spec, 'limits', limits => changeItems(limits, defaultItem))),
});
