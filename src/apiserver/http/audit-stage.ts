import type { Status, StatusError } from '../../machinery/index.ts';
import type { Clock } from '../../world/index.ts';
import type { AuditedObject, AuditLog, AuditTrail } from '../audit/index.ts';
import type { ApiResult, ByteSource, UserInfo } from '../core-contract.ts';
import { completeObject } from './complete-object.ts';
import { type HttpHeaders, type HttpResponse, readHeader } from './http-message.ts';
import { annotateLatency } from './latency-annotations.ts';
import { isLongRunning } from './long-running.ts';
import type { RequestInfo } from './request-info.ts';
import type { RequestRun } from './request-run.ts';

/** Tells the audit log what happens to requests. */
export class AuditStage {
  readonly #log: AuditLog;
  readonly #clock: Pick<Clock, 'now' | 'monotonic'>;

  constructor(log: AuditLog, clock: Pick<Clock, 'now' | 'monotonic'>) {
    this.#log = log;
    this.#clock = clock;
  }

  /** The sender is known; what it acts as is not yet. */
  enter(run: RequestRun, sender: UserInfo): void {
    run.audit = this.#open(run, sender);
    run.audit?.receive();
  }

  /** Nobody knows who sent it. Kubernetes: told as an answer that has begun, and nothing more. */
  refuseUnknown(run: RequestRun, error: StatusError): void {
    const trail = this.#open(run, undefined);
    const attempted = describeCredentials(run);
    const why = attempted === '' ? 'no credentials provided' : `attempted: ${attempted}`;
    trail?.setStatus({ ...error.toStatus(), message: `Authentication failed, ${why}` });
    trail?.start(error.code);
  }

  /** Notes what the answer is; the response itself, where its end has to be awaited. */
  leave(run: RequestRun, response: HttpResponse): HttpResponse {
    const { audit, info } = run;
    if (audit === undefined) return response;
    if (!isLongRunning(info)) {
      annotateLatency(run, this.#clock.monotonic());
      audit.complete(response.status);
      return response;
    }
    audit.start(response.status);
    const { body } = response;
    if (typeof body === 'object' && body.kind === 'frames') return response;
    if (typeof body !== 'object' || body.kind !== 'bytes') {
      audit.complete(response.status);
      return response;
    }
    return {
      ...response,
      body: { kind: 'bytes', source: untilRead(body.source, () => audit.complete(response.status)) },
    };
  }

  #open(run: RequestRun, user: UserInfo | undefined): AuditTrail | undefined {
    const { http, info, auditId } = run;
    const { headers } = http;
    return this.#log.open({
      auditId,
      user,
      verb: info.verb,
      path: info.path,
      resource: info.isResourceRequest ? objectOf(info) : undefined,
      requestUri: http.query === '' ? http.path : `${http.path}?${http.query}`,
      userAgent: readHeader(headers, 'user-agent') ?? '',
      sourceIps: readSourceIps(headers, http.sourceAddress),
      receivedMs: this.#clock.now() - (this.#clock.monotonic() - run.startMs),
    });
  }
}

/** What the answer brings, for the trails that tell it. */
export function auditResult(audit: AuditTrail, result: ApiResult): void {
  if (result.kind === 'other' && result.object.kind === 'Status') audit.setStatus(result.object as unknown as Status);
  else if (audit.decision.level === 'RequestResponse') audit.setResponseObject(completeObject(result));
}

function objectOf({ group, version, resource, subresource, namespace, name }: RequestInfo): AuditedObject {
  return { group, version, resource, subresource, namespace, name };
}

/** Kubernetes: `SourceIPs`: what proxies say, then who is connected. */
function readSourceIps(headers: HttpHeaders, remoteAddress: string | undefined): readonly string[] {
  const forwarded = (readHeader(headers, 'x-forwarded-for') ?? '').split(',').map(text => text.trim());
  const real = readHeader(headers, 'x-real-ip') ?? '';
  const ips = forwarded.filter(looksLikeIp);
  if (looksLikeIp(real) && !ips.includes(real)) ips.push(real);
  const peer = remoteAddress?.replace(/^::ffff:(?=\d+\.)/, '');
  if (peer !== undefined && ips.at(-1) !== peer) ips.push(peer);
  return ips;
}

function looksLikeIp(text: string): boolean {
  return /^[0-9.]{7,15}$/.test(text) || /^[0-9a-fA-F:]*:[0-9a-fA-F:.]*$/.test(text);
}

/** Kubernetes: which ways to say who one is were tried. */
function describeCredentials({ http: { headers, clientCertificate } }: RequestRun): string {
  const authorization = (readHeader(headers, 'authorization') ?? '').toLowerCase();
  const methods: string[] = [];
  if (authorization.startsWith('basic ')) methods.push('basic');
  if (authorization.startsWith('bearer ')) methods.push('bearer');
  if (clientCertificate !== undefined) methods.push('x509');
  return methods.join(', ');
}

async function* untilRead(source: ByteSource, onEnd: () => void): AsyncGenerator<Uint8Array> {
  try {
    yield* source;
  } finally {
    onEnd();
  }
}
