/**
 * How the server calls webhooks, whatever they are asked: where a client configuration points, and what client-go makes
 * of the answer. Admission, conversion and token review build on it.
 *
 * Owns no rule of who is asked what; connections are the driver's (`OutboundCalls`).
 *
 * Start reading at `webhook-client.ts`.
 */
export { resolveService } from './service-address.ts';
export { isTimedOut, WebhookClient, type WebhookClientConfig } from './webhook-client.ts';
