import type { MutatingWebhook, ValidatingWebhook } from '../../../api/generated/index.ts';
import { statusError } from '../../../machinery/index.ts';
import type { AdmissionRequest } from '../../core-contract.ts';
import { checkConditions, describeRequest } from '../expressions/index.ts';
import { isSelected, type MatchedResource, matchRequest, type VersionedObjects } from '../matching/index.ts';
import type { WebhookPluginOptions } from './webhook-plugin-options.ts';

/**
 * The resource by which a webhook is about a request, or undefined where it is not. Throws the 404 of a namespace whose
 * labels are asked for, and the 403 of conditions that cannot be evaluated.
 */
export function selectWebhook(
  { view, resources }: WebhookPluginOptions,
  webhook: MutatingWebhook | ValidatingWebhook,
  request: AdmissionRequest,
): MatchedResource | undefined {
  const { rules = [], matchPolicy } = webhook;
  // Rules first: they are what most requests fail at, and only who is meant is told of a missing namespace.
  const matched = rules.length === 0 ? undefined : matchRequest({ rules, matchPolicy }, request, resources());
  return matched !== undefined && isSelected(webhook, request, view) ? matched : undefined;
}

export async function meetsConditions(
  { authorizer, loadExpressions }: WebhookPluginOptions,
  { matchConditions, failurePolicy }: MutatingWebhook | ValidatingWebhook,
  request: AdmissionRequest,
  matched: MatchedResource,
  objects: VersionedObjects,
): Promise<boolean> {
  if (matchConditions === undefined || matchConditions.length === 0) return true;
  const expressions = await loadExpressions();
  const shown = await objects.show(matched);
  const variables = describeRequest(expressions, request, matched, shown, undefined, authorizer);
  const all = { ...variables, params: null, variables: {} };
  const { isWanted, problem } = checkConditions(expressions, matchConditions, failurePolicy, all);
  if (problem !== undefined) throw statusError.forbidden(request.resource.version.type, request.name, problem);
  return isWanted;
}
