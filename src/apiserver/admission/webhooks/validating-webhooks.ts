import { type ValidatingWebhook, validatingWebhookConfigurations } from '../../../api/generated/index.ts';
import { statusError } from '../../../machinery/index.ts';
import type { AdmissionPlugin, AdmissionRequest } from '../../core-contract.ts';
import { type MatchedResource, type ShownObjects, VersionedObjects } from '../matching/index.ts';
import { isOwnRequest } from '../own-request.ts';
import { CallFailure } from './call-failure.ts';
import { callWebhook } from './call-webhook.ts';
import { listWebhooks } from './configured-webhooks.ts';
import { meetsConditions, selectWebhook } from './select-webhook.ts';
import type { WebhookPluginOptions } from './webhook-plugin-options.ts';

interface Invocation {
  readonly webhook: ValidatingWebhook;
  readonly matched: MatchedResource;
  readonly shown: ShownObjects;
}

/** Asks webhooks whether an object may be written, all at once. */
export function createValidatingWebhooks(options: WebhookPluginOptions): AdmissionPlugin {
  const { view } = options;
  return {
    name: 'ValidatingAdmissionWebhook',
    // Kubernetes: nobody can lock themselves out of mending a webhook.
    handles: ({ version: { type } }) => type.group !== 'admissionregistration.k8s.io',
    validate(request) {
      if (!view.hasAny(validatingWebhookConfigurations) || isOwnRequest(request)) return;
      return validate(options, request);
    },
  };
}

async function validate(options: WebhookPluginOptions, request: AdmissionRequest): Promise<void> {
  const invocations = await selectAll(options, request);
  if (invocations.length === 0) return;
  const refusals = await Promise.all(
    invocations.map((invocation, index) => refusalOf(options, request, invocation, index)),
  );
  // Differs from Kubernetes: of several refusals the first in the webhooks' order, not the first to arrive.
  const first = refusals.find(refusal => refusal !== undefined);
  if (first !== undefined) throw first;
}

async function selectAll(options: WebhookPluginOptions, request: AdmissionRequest): Promise<readonly Invocation[]> {
  const objects = new VersionedObjects(request);
  const invocations: Invocation[] = [];
  for (const { webhook } of listWebhooks<ValidatingWebhook>(options.view, validatingWebhookConfigurations)) {
    const matched = selectWebhook(options, webhook, request);
    if (matched === undefined || !(await meetsConditions(options, webhook, request, matched, objects))) continue;
    invocations.push({ webhook, matched, shown: await objects.show(matched) });
  }
  return invocations;
}

async function refusalOf(
  options: WebhookPluginOptions,
  request: AdmissionRequest,
  { webhook, matched, shown }: Invocation,
  index: number,
): Promise<Error | undefined> {
  try {
    await options.metrics.measure(webhook, 'validating', request, () =>
      callWebhook(options, webhook, false, request, matched, shown),
    );
    return undefined;
  } catch (error) {
    if (!(error instanceof CallFailure)) return error as Error;
    if (webhook.failurePolicy !== 'Ignore') return statusError.internal(error.message);
    options.log.warn('failed calling webhook, failing open', { webhook: webhook.name, error: error.message });
    request.call.annotate?.(`failed-open.validating.webhook.admission.k8s.io/round_0_index_${index}`, webhook.name);
    return undefined;
  }
}
