import { type Status, StatusError, type StatusReason } from '../../../machinery/index.ts';

/** A webhook has said no. */
export class WebhookDenial extends StatusError {}

/**
 * Kubernetes: `ToStatusErr`: the status that the webhook has answered with, at least 400, in our name. A reason may be
 * anything that the webhook says, or nothing.
 */
export function denialOf(webhook: string, status: Partial<Status> | undefined): WebhookDenial {
  const { code = 0, message = '', reason = '', details } = status ?? {};
  const denied = `admission webhook "${webhook}" denied the request`;
  const said = message || reason;
  const text = said === '' ? `${denied} without explanation` : `${denied}: ${said}`;
  const given = reason === '' ? undefined : reason;
  return new WebhookDenial(given as StatusReason, text, details, Math.max(code, 400));
}

export function dryRunUnsupported(webhook: string): StatusError {
  return new StatusError('BadRequest', `admission webhook "${webhook}" does not support dry run`);
}
