import {
  type FieldRequirement,
  type LabelRequirement,
  parseFieldSelector,
  parseLabelSelector,
} from '../../../machinery/index.ts';
import type { AuthorizationAttributes } from '../../core-contract.ts';

/** The `spec` of a SubjectAccessReview. Kubernetes: v1beta1 names the groups `group`. */
export function describeAccess(attributes: AuthorizationAttributes, version: 'v1' | 'v1beta1'): object {
  const { user, nonResourcePath, verb } = attributes;
  const { username, uid, groups, extra } = user;
  return {
    ...(nonResourcePath === undefined
      ? { resourceAttributes: describeResource(attributes) }
      : { nonResourceAttributes: { path: nonResourcePath, verb } }),
    user: username,
    ...(groups.length === 0 ? {} : { [version === 'v1' ? 'groups' : 'group']: groups }),
    ...(extra === undefined || Object.keys(extra).length === 0 ? {} : { extra }),
    ...(uid === undefined || uid === '' ? {} : { uid }),
  };
}

function describeResource(attributes: AuthorizationAttributes): object {
  const { namespace, verb, group, version, resource, subresource, name, fieldSelector, labelSelector } = attributes;
  const named = { namespace, verb, group, version, resource, subresource, name };
  return {
    ...Object.fromEntries(Object.entries(named).filter(([, value]) => value !== '')),
    ...describeFields(fieldSelector),
    ...describeLabels(labelSelector),
  };
}

/** Kubernetes: what cannot be read is left out, which asks for more. */
function describeFields(text = ''): object {
  const requirements = parseFieldSelector(text).value?.requirements ?? [];
  return requirements.length === 0 ? {} : { fieldSelector: { requirements: requirements.map(describeField) } };
}

function describeField({ field, operator, value }: FieldRequirement): object {
  return { key: field, operator: operator === '=' ? 'In' : 'NotIn', values: [value] };
}

function describeLabels(text = ''): object {
  const requirements = (parseLabelSelector(text).value?.requirements ?? []).flatMap(describeLabel);
  return requirements.length === 0 ? {} : { labelSelector: { requirements } };
}

const labelOperators: Readonly<Partial<Record<LabelRequirement['operator'], string>>> = {
  '=': 'In',
  '==': 'In',
  in: 'In',
  '!=': 'NotIn',
  notin: 'NotIn',
  exists: 'Exists',
  '!': 'DoesNotExist',
};

function describeLabel({ key, operator, values }: LabelRequirement): readonly object[] {
  const named = labelOperators[operator];
  if (named === undefined) return [];
  return [{ key, operator: named, ...(values.length === 0 ? {} : { values }) }];
}
