/**
 * Servers of others that know whose a token is: reviews posted to them, their answers remembered for a while.
 *
 * Absent: webhooks that decide what somebody may do (`--authorization-webhook-config-file`).
 */
export { TokenWebhook, type TokenWebhookOptions } from './token-webhook.ts';
export type { WebhookTarget } from './webhook-target.ts';
