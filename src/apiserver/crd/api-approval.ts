import type { CustomResourceDefinition } from '../../api/generated/index.ts';
import { type FieldError, fieldError } from '../../machinery/index.ts';
import { type Condition, withCondition } from './crd-conditions.ts';

const annotation = 'api-approved.kubernetes.io';
const proposal = 'https://github.com/kubernetes/enhancements/pull/1111';

/** Whether the API of a group that belongs to the Kubernetes community is approved, as an annotation has it. */
export interface ApiApproval {
  readonly state: 'invalid' | 'approved' | 'bypassed' | 'missing';
  /** For a condition or an error. */
  readonly text: string;
}

/** Undefined for groups of anybody else. Kubernetes: `IsProtectedCommunityGroup`. */
export function isProtectedGroup(group: string): boolean {
  return /(?:^|\.)(?:k8s|kubernetes)\.io$/.test(group);
}

/** Kubernetes: `GetAPIApprovalState`. */
export function readApproval(crd: CustomResourceDefinition): ApiApproval {
  const value = crd.metadata.annotations?.[annotation] ?? '';
  const demand = `protected groups must have approval annotation ${JSON.stringify(annotation)}`;
  if (value === '') return { state: 'missing', text: `${demand}, see ${proposal}` };
  if (value.startsWith('unapproved')) return { state: 'bypassed', text: `not approved: ${JSON.stringify(value)}` };
  if (/^[A-Za-z][A-Za-z0-9+.-]*:\/\/[^/?#\s]+[^\s]*$/.test(value)) {
    return { state: 'approved', text: `approved in ${value}` };
  }
  const text = `${demand} with either a URL or a reason starting with "unapproved", see ${proposal}`;
  return { state: 'invalid', text };
}

const reasons: Readonly<Record<ApiApproval['state'], string>> = {
  approved: 'ApprovedAnnotation',
  bypassed: 'UnapprovedAnnotation',
  invalid: 'InvalidAnnotation',
  missing: 'MissingAnnotation',
};

/** Kubernetes: the controller of the condition `KubernetesAPIApprovalPolicyConformant`. */
export function withApproval(crd: CustomResourceDefinition, now: string): CustomResourceDefinition {
  if (!isProtectedGroup(crd.spec.group)) return crd;
  const { state, text } = readApproval(crd);
  const condition: Condition = {
    type: 'KubernetesAPIApprovalPolicyConformant',
    status: state === 'approved' ? 'True' : 'False',
    reason: reasons[state],
    message: text,
  };
  return withCondition(crd, condition, now);
}

/** Kubernetes: `validateAPIApproval`: a state that was there before may stay. */
export function validateApproval(
  crd: CustomResourceDefinition,
  old: CustomResourceDefinition | undefined,
): readonly FieldError[] {
  if (!isProtectedGroup(crd.spec.group ?? '')) return [];
  const { state, text } = readApproval(crd);
  if (state === 'approved' || state === 'bypassed') return [];
  if (old !== undefined && readApproval(old).state === state) return [];
  const field = `metadata.annotations[${annotation}]`;
  if (state === 'missing') return [fieldError.required(field, text)];
  return [fieldError.invalid(field, crd.metadata.annotations?.[annotation], text)];
}
