import type { ResourceRequest } from '../../client/index.ts';
import { StatusError } from '../../machinery/index.ts';
import type { CallContext } from '../core-contract.ts';
import type { AuditLog } from './audit-log.ts';
import type { AuditTrail } from './audit-trail.ts';
import { requestUriOf } from './request-uri.ts';

/** What is told of a request that a component of this process makes. */
export class LocalAudit {
  readonly #log: AuditLog;
  readonly #now: () => number;
  readonly #nextId: () => string;

  constructor(log: AuditLog, now: () => number, nextId: () => string) {
    this.#log = log;
    this.#now = now;
    this.#nextId = nextId;
  }

  open(request: ResourceRequest, call: CallContext): AuditTrail | undefined {
    const { path, uri } = requestUriOf(request);
    const { type, namespace = '', name = '', subresource = '', verb, body } = request;
    const { group, version, resource } = type;
    const trail = this.#log.open({
      auditId: this.#nextId(),
      user: call.user,
      verb,
      path,
      requestUri: uri,
      resource: { group, version, resource, subresource, namespace, name },
      userAgent: call.userAgent ?? '',
      sourceIps: ['127.0.0.1'],
      receivedMs: this.#now(),
    });
    if (trail === undefined) return undefined;
    trail.receive();
    if (body !== undefined) trail.setRequestObject(body);
    return trail;
  }
}

/** Tells of a request that has failed. */
export function auditFailure(trail: AuditTrail, error: unknown): void {
  if (error instanceof StatusError) {
    trail.setStatus(error.toStatus());
    trail.complete(error.code);
  } else
    trail.panic(new StatusError('InternalError', error instanceof Error ? error.message : String(error)).toStatus());
}
