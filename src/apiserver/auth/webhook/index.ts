/**
 * Servers of others that know whose a token is, or what somebody may do: reviews posted to them, their answers
 * remembered for a while.
 *
 * Absent: webhooks of an AuthorizationConfiguration, several and with conditions (`--authorization-config`).
 */
export { AccessWebhook, type AccessWebhookOptions } from './access-webhook.ts';
export { TokenWebhook, type TokenWebhookOptions } from './token-webhook.ts';
export type { WebhookTarget } from './webhook-target.ts';
