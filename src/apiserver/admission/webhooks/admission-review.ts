import type { MutatingWebhook, ValidatingWebhook } from '../../../api/generated/index.ts';
import type { AdmissionRequest } from '../../core-contract.ts';
import { type MatchedResource, readRequestFacts, type ShownObjects } from '../matching/index.ts';

export type ReviewVersion = 'v1' | 'v1beta1';

/** What a webhook is sent. */
export interface AdmissionReview {
  readonly kind: 'AdmissionReview';
  readonly apiVersion: `admission.k8s.io/${ReviewVersion}`;
  readonly request: object;
}

/** Kubernetes: the first version that a webhook names and that we know. */
export function reviewVersionOf({
  admissionReviewVersions,
}: MutatingWebhook | ValidatingWebhook): ReviewVersion | undefined {
  return admissionReviewVersions?.find(
    (version): version is ReviewVersion => version === 'v1' || version === 'v1beta1',
  );
}

/** Both versions have the same shape. */
export function formatReview(
  version: ReviewVersion,
  uid: string,
  request: AdmissionRequest,
  matched: MatchedResource,
  { object, old }: ShownObjects,
): AdmissionReview {
  return {
    kind: 'AdmissionReview',
    apiVersion: `admission.k8s.io/${version}`,
    request: { uid, ...readRequestFacts(request, matched), object: object ?? null, oldObject: old ?? null },
  };
}
