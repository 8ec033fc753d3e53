/**
 * Auditing: who asked for what, when, and what became of it. A policy says how much is told of which requests; events go
 * to backends, the log file of `drivers/audit` or a webhook.
 *
 * Owns no files and no HTTP; what happens to a request is told by `http/audit-stage.ts` and by the local transport.
 *
 * Absent: modes of backends other than upstream's defaults (blocking for the log, batches for the webhook), events in the
 * legacy text format, truncation of large events.
 *
 * Start reading at `audit-log.ts`, then `audit-trail.ts`.
 */
export { auditFailure, LocalAudit } from './audit-local.ts';
export { type AuditBackend, AuditLog, type AuditLogOptions } from './audit-log.ts';
export {
  type AuditLevel,
  type AuditPolicy,
  AuditPolicyError,
  type AuditRule,
  type AuditStage,
  parseAuditPolicy,
} from './audit-policy.ts';
export type { AuditedObject, AuditedRequest } from './audit-rules.ts';
export type { AuditFacts, AuditTrail } from './audit-trail.ts';
export { AuditWebhook, type AuditWebhookOptions } from './audit-webhook.ts';
