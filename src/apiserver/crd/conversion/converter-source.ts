import type { CustomResourceDefinition } from '../../../api/generated/index.ts';
import type { WebhookClient } from '../../webhooks/index.ts';
import { WebhookConverter } from './webhook-converter.ts';

/** Who converts the objects of a CRD; undefined where changing their apiVersion is all that conversion is. */
export type ConverterSource = (crd: CustomResourceDefinition) => WebhookConverter | undefined;

/** Converters that ask the webhook that the CRD names. */
export function createConverterSource(webhooks: WebhookClient, uuid: () => string): ConverterSource {
  return crd => {
    const { strategy, webhook } = crd.spec.conversion ?? { strategy: 'None' };
    if (strategy !== 'Webhook' || webhook?.clientConfig === undefined) return undefined;
    const { clientConfig, conversionReviewVersions } = webhook;
    return new WebhookConverter({
      reviewVersions: conversionReviewVersions,
      post: review => webhooks.post(clientConfig, review),
      uuid,
    });
  };
}
