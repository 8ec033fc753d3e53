/**
 * Audit events on their way out: the log file with its rotation, and the reading of policies and webhook configurations.
 * What an event says is in `apiserver/audit`.
 *
 * Absent: compressed old files.
 *
 * Start reading at `open-audit-log.ts`.
 */
export { AuditLogFile, type AuditLogFileOptions } from './audit-log-file.ts';
export { type AuditSettings, AuditSettingsError, openAuditLog } from './open-audit-log.ts';
