import {
  bindings,
  componentStatuses,
  localSubjectAccessReviews,
  selfSubjectAccessReviews,
  selfSubjectReviews,
  selfSubjectRulesReviews,
  subjectAccessReviews,
  tokenReviews,
} from '../generated/index.ts';
import { defineKind } from './define-kind.ts';
import { nameColumn, textColumn } from './table-columns.ts';

/** Kinds that are answered and never stored: reviews, the binding of a pod, and the old view of components. */
export const binding = defineKind(bindings);
export const localSubjectAccessReview = defineKind(localSubjectAccessReviews);
export const selfSubjectAccessReview = defineKind(selfSubjectAccessReviews);
export const selfSubjectReview = defineKind(selfSubjectReviews);
export const selfSubjectRulesReview = defineKind(selfSubjectRulesReviews);
export const subjectAccessReview = defineKind(subjectAccessReviews);
export const tokenReview = defineKind(tokenReviews);

export const componentStatus = defineKind(
  componentStatuses,
  {
    columns: [
      nameColumn,
      textColumn('Status', 'Whether the component is healthy.', status => describeHealth(healthOf(status)?.status)),
      textColumn('Message', 'What the component says.', status => healthOf(status)?.message ?? ''),
      textColumn('Error', 'What went wrong.', status => healthOf(status)?.error ?? ''),
    ],
  },
  [],
  'v1 ComponentStatus is deprecated in v1.19+',
);

interface Health {
  readonly conditions?:
    | readonly {
        readonly type: string;
        readonly status: string;
        readonly message?: string | undefined;
        readonly error?: string | undefined;
      }[]
    | undefined;
}

function healthOf(status: Health): NonNullable<Health['conditions']>[number] | undefined {
  return status.conditions?.find(condition => condition.type === 'Healthy');
}

function describeHealth(status: string | undefined): string {
  return status === undefined ? 'Unknown' : status === 'True' ? 'Healthy' : 'Unhealthy';
}
