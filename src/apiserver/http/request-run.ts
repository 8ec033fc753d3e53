import type { AuditTrail } from '../audit/index.ts';
import type { FlowRequest } from '../flow-control/index.ts';
import type { HttpRequest, HttpResponse } from './http-message.ts';
import type { Query } from './query.ts';
import type { RequestCall } from './request-call.ts';
import type { RequestInfo } from './request-info.ts';

/** One request on its way through the stages, and what they have found out about it. */
export class RequestRun {
  readonly http: HttpRequest;
  readonly query: Query;
  readonly info: RequestInfo;
  /** By the monotonic clock. */
  readonly startMs: number;
  /** Names the request in answers and in the audit log; clients may choose it. */
  readonly auditId: string;
  /** Present once its sender is known. */
  call: RequestCall | undefined;
  /** Present where something is to be told of it. */
  audit: AuditTrail | undefined;
  /** Present once flow control has classified it. */
  flow: FlowRequest | undefined;
  /** Whether this server gave it up, to protect itself. */
  isTermination = false;
  /** How long it may take; without bounds for what lasts as long as it likes. */
  timeoutMs = Number.POSITIVE_INFINITY;

  constructor(http: HttpRequest, query: Query, info: RequestInfo, startMs: number, auditId: string) {
    this.http = http;
    this.query = query;
    this.info = info;
    this.startMs = startMs;
    this.auditId = auditId;
  }

  /** How long it has waited for its turn. */
  get waitMs(): number {
    const { flow } = this;
    return flow === undefined || flow.startMs === 0 ? 0 : flow.startMs - flow.arrivalMs;
  }

  /** The response with what every response of this server says. */
  complete(response: HttpResponse): HttpResponse {
    const { flow } = this;
    const headers: Record<string, string | readonly string[]> = { ...response.headers, 'audit-id': this.auditId };
    if (flow !== undefined) {
      // Kubernetes: by their UIDs, because the names that administrators give are nobody's business.
      const { uid, level } = flow.flowClass;
      headers['x-kubernetes-pf-flowschema-uid'] = uid;
      headers['x-kubernetes-pf-prioritylevel-uid'] = level.configuration.metadata.uid ?? '';
    }
    const warnings = this.call?.warningHeaders;
    if (warnings !== undefined && warnings.length > 0) headers['warning'] = warnings;
    return { status: response.status, headers, body: response.body };
  }
}
