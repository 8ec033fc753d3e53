import type { PolicyExpressions } from '../../../machinery/cel/index.ts';
import type { Log } from '../../../world/index.ts';
import type { Authorizer, ResourceRegistry } from '../../core-contract.ts';
import type { ObjectView } from '../../object-view.ts';
import type { WebhookClient } from '../../webhooks/index.ts';
import type { WebhookMetrics } from './webhook-metrics.ts';

export interface WebhookPluginOptions {
  readonly view: ObjectView;
  readonly resources: () => ResourceRegistry;
  readonly authorizer: Authorizer;
  readonly client: WebhookClient;
  /** Loads CEL, once: only match conditions need it. */
  readonly loadExpressions: () => Promise<PolicyExpressions>;
  /** Makes the uid of a review. */
  readonly uuid: () => string;
  readonly log: Log;
  readonly metrics: WebhookMetrics;
}
