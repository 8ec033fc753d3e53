/**
 * Admission webhooks: servers that are asked, by AdmissionReviews, whether and how an object may be written. Owns who is
 * asked, in which order, and what becomes of the answers; `../../webhooks` makes the calls, `../matching` and
 * `../expressions` say what a request is about.
 *
 * Absent: webhooks from files (`--admission-control-config-file`) and credentials for them
 * (`kubeConfigFile` of the plugins' configuration).
 *
 * Start reading at `mutating-webhooks.ts`, then `call-webhook.ts`.
 */
export { createMutatingWebhooks } from './mutating-webhooks.ts';
export { createValidatingWebhooks } from './validating-webhooks.ts';
export { WebhookMetrics } from './webhook-metrics.ts';
export type { WebhookPluginOptions } from './webhook-plugin-options.ts';
