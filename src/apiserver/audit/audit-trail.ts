import type { Status } from '../../machinery/index.ts';
import { formatMicroTime } from '../../world/index.ts';
import type { UserInfo } from '../core-contract.ts';
import type { AuditStage } from './audit-policy.ts';
import type { AuditDecision, AuditedRequest } from './audit-rules.ts';
import { withoutManagedFields } from './without-managed-fields.ts';

/** What is known of a request when it comes. */
export interface AuditFacts extends AuditedRequest {
  readonly auditId: string;
  /** Path and query, as they came. */
  readonly requestUri: string;
  readonly userAgent: string;
  readonly sourceIps: readonly string[];
  readonly receivedMs: number;
}

/** Where finished events go: one line of JSON each. */
export type EmitEvent = (line: string) => void;

const userAgentLengthMax = 1024;

/** What is told of one request, stage by stage. Kubernetes: `AuditContext` and `audit.Event`. */
export class AuditTrail {
  readonly decision: AuditDecision;
  readonly #facts: AuditFacts;
  readonly #user: UserInfo | undefined;
  readonly #now: () => number;
  readonly #emit: EmitEvent;
  readonly #annotations = new Map<string, string>();
  #impersonated: UserInfo | undefined;
  #constraint: string | undefined;
  #requestObject: unknown;
  #responseObject: unknown;
  #status: Status | undefined;
  #code: number | undefined;
  #hasStarted = false;
  #isComplete = false;

  constructor(facts: AuditFacts, decision: AuditDecision, now: () => number, emit: EmitEvent) {
    this.#facts = facts;
    this.#user = facts.user;
    this.decision = decision;
    this.#now = now;
    this.#emit = emit;
  }

  receive(): void {
    this.#tell('RequestReceived', this.#facts.receivedMs);
  }

  /** Kubernetes: the first value that somebody gives counts. What tells of bodies is left out where bodies are. */
  annotate(key: string, value: string, fromLevel: 'Metadata' | 'Request' = 'Metadata'): void {
    if (fromLevel === 'Request' && this.decision.level === 'Metadata') return;
    if (!this.#annotations.has(key)) this.#annotations.set(key, value);
  }

  /** `constraint` is the verb by which its sender may do so for some requests only. */
  impersonate(user: UserInfo, constraint?: string): void {
    this.#impersonated = user;
    this.#constraint = constraint;
  }

  /** What the request brings: an object, or a patch. */
  setRequestObject(object: unknown): void {
    this.#requestObject = object;
  }

  setResponseObject(object: unknown): void {
    this.#responseObject = object;
  }

  /** A Status that is the answer, or a part of one. */
  setStatus(status: Status): void {
    this.#status = status;
  }

  /** For what lasts: the answer has begun. */
  start(code: number): void {
    if (this.#hasStarted || this.#isComplete) return;
    this.#hasStarted = true;
    this.#code = code;
    this.#tell('ResponseStarted', this.#now());
  }

  complete(code: number): void {
    if (this.#isComplete) return;
    this.#isComplete = true;
    this.#code = code;
    this.#tell('ResponseComplete', this.#now());
  }

  /** Something went wrong that nobody has thought of. */
  panic(status: Status): void {
    if (this.#isComplete) return;
    this.#isComplete = true;
    this.#status = status;
    this.#code = 500;
    this.#tell('Panic', this.#now());
  }

  #tell(stage: AuditStage, atMs: number): void {
    if (!this.decision.omitStages.has(stage)) this.#emit(JSON.stringify(this.#describe(stage, atMs)));
  }

  /** In the order of upstream's fields. */
  #describe(stage: AuditStage, atMs: number): Readonly<Record<string, unknown>> {
    const { level } = this.decision;
    const { auditId: auditID, requestUri: requestURI, verb, sourceIps, userAgent, receivedMs } = this.#facts;
    const hasRequest = level === 'Request' || level === 'RequestResponse';
    return {
      kind: 'Event',
      apiVersion: 'audit.k8s.io/v1',
      level,
      auditID,
      stage,
      requestURI,
      verb,
      user: describeUser(this.#user),
      impersonatedUser: this.#impersonated === undefined ? undefined : describeUser(this.#impersonated),
      authenticationMetadata:
        this.#constraint === undefined ? undefined : { impersonationConstraint: this.#constraint },
      sourceIPs: sourceIps.length === 0 ? undefined : sourceIps,
      userAgent: shorten(userAgent) || undefined,
      objectRef: this.#describeObject(),
      responseStatus: this.#describeStatus(),
      requestObject: hasRequest ? this.#trim(this.#requestObject) : undefined,
      responseObject: level === 'RequestResponse' ? this.#trim(this.#responseObject ?? this.#status) : undefined,
      requestReceivedTimestamp: formatMicroTime(receivedMs),
      stageTimestamp: formatMicroTime(atMs),
      annotations: this.#annotations.size === 0 ? undefined : Object.fromEntries(sortByKey(this.#annotations)),
    };
  }

  /** Kubernetes: what the path does not say is taken from the object that was brought. */
  #describeObject(): Readonly<Record<string, unknown>> | undefined {
    const { resource: ref } = this.#facts;
    if (ref === undefined) return undefined;
    const { namespace, name, uid, resourceVersion } = metadataOf(this.#requestObject);
    return {
      resource: ref.resource,
      namespace: ref.namespace || namespace,
      name: ref.name || name,
      uid,
      apiGroup: ref.group || undefined,
      apiVersion: ref.version,
      resourceVersion,
      subresource: ref.subresource || undefined,
    };
  }

  #describeStatus(): Readonly<Record<string, unknown>> | undefined {
    if (this.#status === undefined) return this.#code === undefined ? undefined : { metadata: {}, code: this.#code };
    const { status, message, reason, details } = this.#status;
    return { metadata: {}, status, message, reason, details, code: this.#status.code ?? this.#code };
  }

  #trim(object: unknown): unknown {
    return this.decision.omitsManagedFields ? withoutManagedFields(object) : object;
  }
}

function describeUser(user: UserInfo | undefined): Readonly<Record<string, unknown>> {
  if (user === undefined) return {};
  const { username, uid, groups, extra } = user;
  return { username, uid: uid || undefined, groups, extra };
}

function shorten(userAgent: string): string {
  return userAgent.length > userAgentLengthMax ? `${userAgent.slice(0, userAgentLengthMax)}...TRUNCATED` : userAgent;
}

interface Identity {
  readonly namespace?: string | undefined;
  readonly name?: string | undefined;
  readonly uid?: string | undefined;
  readonly resourceVersion?: string | undefined;
}

function metadataOf(object: unknown): Identity {
  const { metadata } = (object ?? {}) as { readonly metadata?: Identity };
  return metadata ?? {};
}

function sortByKey(map: ReadonlyMap<string, string>): readonly (readonly [string, string])[] {
  return [...map].sort(([a], [b]) => (a < b ? -1 : 1));
}
