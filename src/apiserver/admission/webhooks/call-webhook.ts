import type { MutatingWebhook, ValidatingWebhook } from '../../../api/generated/index.ts';
import type { AdmissionRequest } from '../../core-contract.ts';
import type { WebhookClientConfig } from '../../webhooks/index.ts';
import type { MatchedResource, ShownObjects } from '../matching/index.ts';
import { formatReview, reviewVersionOf } from './admission-review.ts';
import { CallFailure } from './call-failure.ts';
import { denialOf, dryRunUnsupported } from './denial.ts';
import { type ReviewAnswer, readAnswer } from './review-answer.ts';
import type { WebhookPluginOptions } from './webhook-plugin-options.ts';

const defaultTimeoutSeconds = 10;

/** Asks a webhook. Throws a `StatusError` where it denies, and a `CallFailure`. */
export async function callWebhook(
  { client, uuid }: WebhookPluginOptions,
  webhook: MutatingWebhook | ValidatingWebhook,
  isMutating: boolean,
  request: AdmissionRequest,
  matched: MatchedResource,
  shown: ShownObjects,
): Promise<ReviewAnswer> {
  const { name, timeoutSeconds = defaultTimeoutSeconds, clientConfig } = webhook;
  if (request.isDryRun) checkDryRun(webhook);
  const version = reviewVersionOf(webhook);
  if (version === undefined) {
    const why = 'webhook does not accept known AdmissionReview versions (v1, v1beta1)';
    throw new CallFailure(name, `could not create admission objects: ${why}`, undefined, 400);
  }
  const uid = uuid();
  const review = formatReview(version, uid, request, matched, shown);
  let answered: unknown;
  try {
    answered = await client.post(clientConfig as WebhookClientConfig, review, timeoutSeconds);
  } catch (error) {
    throw new CallFailure(name, `failed to call webhook: ${(error as Error).message}`, error);
  }
  const read = readAnswer(answered, version, uid, isMutating);
  if (read.problem !== undefined) throw new CallFailure(name, read.problem);
  tell(name, read.answer, request);
  if (!read.answer.allowed) throw denialOf(name, read.answer.status);
  return read.answer;
}

function checkDryRun({ name, sideEffects }: MutatingWebhook | ValidatingWebhook): void {
  if (sideEffects === undefined) throw new CallFailure(name, 'Webhook SideEffects is nil', undefined, 400);
  if (sideEffects !== 'None' && sideEffects !== 'NoneOnDryRun') throw dryRunUnsupported(name);
}

function tell(name: string, { warnings, auditAnnotations }: ReviewAnswer, { call }: AdmissionRequest): void {
  for (const [key, value] of Object.entries(auditAnnotations)) call.annotate?.(`${name}/${key}`, value);
  for (const warning of warnings) call.warn(warning);
}
