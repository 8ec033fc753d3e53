import type { Node, Pod } from '../api/generated/index.ts';
import type { KindDefinition, ServedVersion } from '../api/index.ts';
import type { ResourceRequest, Verb, Watch } from '../client/index.ts';
import type { KubeObject, ListMeta, ResourceType } from '../machinery/index.ts';
import type { CacheEvent, StoredObject } from '../storage/index.ts';
import type { AbortSignalLike } from '../world/index.ts';
import type { ObjectConversion } from './object-conversion.ts';

/** Who makes a request, as an authenticator found out. */
export interface UserInfo {
  readonly username: string;
  readonly uid?: string | undefined;
  readonly groups: readonly string[];
  readonly extra?: Readonly<Record<string, readonly string[]>> | undefined;
}

/** What is known of a call beyond the request itself. One per connection or component will do where nothing varies. */
export interface CallContext {
  /** Made within the process: its bodies need not say what they are. */
  readonly isLocal?: boolean | undefined;
  readonly user: UserInfo;
  readonly userAgent?: string | undefined;
  /** Collects texts for `Warning` headers. */
  warn(text: string): void;
  /** Adds to the request's audit event, if that tells of as much. Absent where nothing is audited. */
  annotate?(key: string, value: string, fromLevel?: 'Metadata' | 'Request'): void;
  /** Time that went to a webhook is not the server's own. Absent where nobody measures it. */
  noteWebhook?(isMutating: boolean, durationMs: number): void;
  /**
   * What decoding the body has found that the decoded value no longer shows: `duplicate field "spec.replicas"`. Core
   * adds unknown fields of its own finding and treats both as `fieldValidation` says.
   */
  readonly decodingFindings?: readonly string[] | undefined;
  /** Where in the body a decoder comes upon a field, to tell findings in order. */
  readonly placeOf?: ((path: string) => number) | undefined;
}

/** One resource in one version, as requests name it. */
export interface ServedResource {
  readonly definition: KindDefinition;
  readonly version: ServedVersion;
  /** Absent for built-in kinds. */
  readonly crd?: CustomResource | undefined;
}

/** What a CRD's resource has that built-in ones have not. */
export interface CustomResource {
  readonly name: string;
  readonly uid: string;
  /** A stored object as the version shows it, without asking a webhook; the same instance each time. */
  show(object: KubeObject): KubeObject;
  /** Present where a webhook converts: then results and watch events are in the resource's version already. */
  readonly conversion?: ObjectConversion | undefined;
  /** Its definition is being deleted: nothing new comes into being. */
  readonly isTerminating: boolean;
}

/** What is served, now. CRDs come and go; built-in kinds stay. */
export interface ResourceRegistry {
  lookup(group: string, version: string, resource: string): ServedResource | undefined;
  lookupKind(group: string, version: string, kind: string): ServedResource | undefined;
  /** In discovery's order: built-in kinds first, then CRDs by group and name. */
  list(): readonly ServedResource[];
  /** Grows with each change of the list: what discovery and OpenAPI caches compare. */
  readonly generation: number;
  /** Told after the list has changed. Returns how to stop listening. */
  onChange(listener: () => void): () => void;
}

/**
 * The answer to a request. Objects are in the kind's storage version; whoever encodes them turns them into `version`
 * (`convertToServed`), so that what many readers ask for is converted and encoded once. Those that a CRD's webhook has
 * converted are in `version` already.
 */
export type ApiResult = ObjectResult | ListResult | OtherResult;

export interface ObjectResult {
  readonly kind: 'object';
  /** 200 or 201. */
  readonly code: number;
  readonly object: KubeObject;
  /** The stored form, with its shared encodings; absent for a dry run, whose outcome is stored nowhere. */
  readonly stored?: StoredObject | undefined;
  readonly resource: ServedResource;
}

export interface ListResult {
  readonly kind: 'list';
  readonly items: readonly StoredObject[];
  readonly metadata: ListMeta;
  readonly resource: ServedResource;
}

/** A Status, a Scale, a TokenRequest, a SubjectAccessReview: complete as it is. */
export interface OtherResult {
  readonly kind: 'other';
  readonly code: number;
  readonly object: KubeObject;
  /** What it is one of, or a list of, where that can be shown as a Table. */
  readonly resource?: ServedResource | undefined;
}

/**
 * What a watcher is told: the read cache's own events, shared by all watchers, with the frame of the storage version
 * ready to send. A bookmark that ends the initial events carries the annotation in its object.
 */
export type ApiWatchEvent = CacheEvent;

export interface ApiWatchSink {
  /** In order; in the same turn as the commit. */
  events(batch: readonly ApiWatchEvent[]): void;
  /** Once, last: with a StatusError to send as an ERROR event, or without one by timeout or a closing server. */
  end(error?: Error): void;
}

export interface ApiCore {
  readonly resources: ResourceRegistry;
  /** To be waited for before `watch`, where it gives something to wait for; the others see to it themselves. */
  prepare?(request: ResourceRequest, call: CallContext): Promise<void> | undefined;
  /** Authorizes and performs any request but a watch. Rejects with a `StatusError`. */
  execute(request: ResourceRequest, call: CallContext): Promise<ApiResult>;
  /**
   * Throws a `StatusError` for what is refused before a stream begins (403, 404, 400); what ends a running one comes
   * through `sink.end`.
   */
  watch(request: ResourceRequest, call: CallContext, sink: ApiWatchSink): Watch;
  /**
   * Authorizes a request that is answered elsewhere (log, exec, attach, portforward, proxy) and resolves to the object
   * that it is about. Rejects with the 403 or 404.
   */
  connect(request: ConnectRequest, call: CallContext): Promise<KubeObject>;
  /** How many objects of each resource are stored, for metrics. */
  countObjects?(): Iterable<ObjectCount>;
  /** What core counts itself, in the Prometheus format. */
  formatMetrics?(): string;
}

export interface ObjectCount {
  readonly group: string;
  readonly resource: string;
  readonly count: number;
  /** Since the process began. */
  readonly changes: number;
  /** A guess, from a few of them. */
  readonly averageBytes: number;
}

export interface ConnectRequest {
  /** `get` or `create`, by the HTTP method, as RBAC sees it. */
  readonly verb: Verb;
  readonly type: Pick<ResourceType, 'group' | 'version' | 'resource'>;
  readonly subresource: string;
  readonly namespace?: string | undefined;
  readonly name: string;
  /** The object's own name where the request's says more: `https:web:8443` is about `web`. Authorized is the request's. */
  readonly objectName?: string | undefined;
  /** What admission sees: PodExecOptions and the like. Absent where nothing is connected (`log`). */
  readonly options?: object | undefined;
}

// ---- authorization -------------------------------------------------------------------------------------------------

export interface AuthorizationAttributes {
  readonly user: UserInfo;
  readonly verb: string;
  readonly group: string;
  readonly version: string;
  readonly resource: string;
  readonly subresource: string;
  /** `''` for cluster-scoped requests and all namespaces. */
  readonly namespace: string;
  /** `''` where the request names no object. */
  readonly name: string;
  /** Present for requests outside the resource API (`/healthz`); then only `verb` and this count. */
  readonly nonResourcePath?: string | undefined;
  /** As the request writes them; of requests for many objects only. Authorizers may allow more by them, never less. */
  readonly fieldSelector?: string | undefined;
  readonly labelSelector?: string | undefined;
}

export interface AuthorizationDecision {
  readonly allowed: boolean;
  /** Why, for the 403's text; may be empty. */
  readonly reason: string;
  /** True where it follows from more than what `generation` counts: not to be remembered. */
  readonly isMomentary?: boolean | undefined;
}

/** Synchronous, because it stands before every request. Decisions may be memoised while `generation` stays the same. */
export interface Authorizer {
  authorize(attributes: AuthorizationAttributes): AuthorizationDecision;
  /**
   * Asks those who cannot be asked at once, so that `authorize` knows soon after what they say. Resolves to why they
   * could not be asked; undefined where nobody needs to be.
   */
  prepare?: ((attributes: AuthorizationAttributes) => Promise<string | undefined> | undefined) | undefined;
  /** Grows whenever an earlier decision may have become wrong. */
  readonly generation: number;
}

// ---- admission -----------------------------------------------------------------------------------------------------

export type AdmissionOperation = 'CREATE' | 'UPDATE' | 'DELETE' | 'CONNECT';

export interface AdmissionRequest {
  readonly operation: AdmissionOperation;
  readonly resource: ServedResource;
  readonly subresource: string;
  readonly namespace: string;
  readonly name: string;
  /** Absent for DELETE. For subresources with a kind of their own (Binding, Eviction, Scale), that object. */
  readonly object: KubeObject | undefined;
  /** Absent for CREATE. */
  readonly old: KubeObject | undefined;
  readonly call: CallContext;
  readonly isDryRun: boolean;
  /** What it came by, for the options that it carries; absent for what the server asks itself. */
  readonly request?: ResourceRequest | undefined;
}

/** What the mutating steps of one request share. Kubernetes: the reinvocation context. */
export interface AdmissionRound {
  /** The second time that all of them are asked, because one of them has changed the object for others to see. */
  readonly isReinvocation: boolean;
  requireReinvocation(): void;
  /** What a plugin keeps from the first round to the second. */
  recall<T>(plugin: string, create: () => T): T;
}

/**
 * One gate that objects pass before they are stored. Mutating steps of all plugins run in order before any validating
 * step. Both may be synchronous, and then cost no turn of the event loop. They throw a `StatusError` to refuse.
 */
export interface AdmissionPlugin {
  /** Upstream's name: `ServiceAccount`. */
  readonly name: string;
  /** Asked once per kind and operation, not per request: keeps the plugin out of the way of kinds that it ignores. */
  handles(resource: ServedResource, subresource: string, operation: AdmissionOperation): boolean;
  /**
   * Returns the object to go on with, the same instance when there is nothing to change: for a deletion, which has none,
   * `request.object` as it is.
   */
  mutate?(request: AdmissionRequest, round: AdmissionRound): KubeObject | Promise<KubeObject>;
  validate?(request: AdmissionRequest): void | Promise<void>;
}

// ---- ports that others implement -----------------------------------------------------------------------------------

/**
 * Answers resources that are computed, not stored (`tokenreviews`, `subjectaccessreviews`), and subresources that need
 * what core does not have (`serviceaccounts/token`). The request is authorized already, and its body is complete and
 * structurally valid. `parent` is the stored object that a subresource belongs to.
 */
export type VirtualResource = (
  request: ResourceRequest,
  call: CallContext,
  parent: KubeObject | undefined,
) => KubeObject | Promise<KubeObject>;

/** By `group/resource` or `group/resource/subresource`: `authentication.k8s.io/tokenreviews`, `/serviceaccounts/token`. */
export type VirtualResources = Readonly<Record<string, VirtualResource>>;

/** One HTTPS request that the server itself makes: to a webhook, an issuer of tokens, an aggregated server. */
export interface OutboundRequest {
  readonly method: 'GET' | 'POST';
  /** `https://SERVICE.NAMESPACE.svc:443/path?query`: its host is what `Host` says and what the certificate must be for. */
  readonly url: string;
  /** Where to connect, instead of to what the URL's host resolves to. */
  readonly address?: { readonly host: string; readonly port: number } | undefined;
  /** PEM. Absent: the authorities that the machine trusts. */
  readonly certificateAuthority?: string | undefined;
  readonly shouldSkipVerification?: boolean | undefined;
  /** PEM, for servers that ask who calls. */
  readonly clientCertificate?: { readonly certificate: string; readonly key: string } | undefined;
  readonly headers?: Readonly<Record<string, string>> | undefined;
  readonly body?: string | undefined;
  readonly timeoutMs: number;
}

export interface OutboundResponse {
  readonly status: number;
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/**
 * How the server reaches others. Rejects with an `Error` whose message reads as Go's would (`context deadline exceeded`,
 * `dial tcp 10.0.0.1:443: connect: connection refused`), because it ends up in messages that clients match.
 */
export interface OutboundCalls {
  send(request: OutboundRequest): Promise<OutboundResponse>;
}

export type ByteSource = AsyncIterable<Uint8Array>;

export interface ByteSink {
  /** Resolves when the next chunk is welcome; rejects when the other side is gone. */
  write(chunk: Uint8Array): Promise<void>;
  end(): Promise<void>;
}

export interface ByteDuplex {
  readonly source: ByteSource;
  readonly sink: ByteSink;
  close(): void;
}

export interface TerminalSize {
  readonly width: number;
  readonly height: number;
}

/** A command in a container that somebody talks to (the shape is the node runtime's ExecSession). */
export interface ExecSession {
  readonly stdin?: ByteSink | undefined;
  readonly stdout?: ByteSource | undefined;
  readonly stderr?: ByteSource | undefined;
  resize(size: TerminalSize): void;
  /** Never rejects. */
  readonly result: Promise<
    { readonly outcome: 'exited'; readonly exitCode: number } | { readonly outcome: 'failed'; readonly message: string }
  >;
  close(): void;
}

/** The options of `pods/log`, named as in its query. */
export interface PodLogRequest {
  readonly container: string;
  readonly follow: boolean;
  readonly previous: boolean;
  readonly timestamps: boolean;
  readonly sinceSeconds?: number | undefined;
  readonly sinceTime?: string | undefined;
  readonly tailLines?: number | undefined;
  readonly limitBytes?: number | undefined;
}

export interface PodStreamRequest {
  readonly container: string;
  readonly stdin: boolean;
  readonly stdout: boolean;
  readonly stderr: boolean;
  readonly tty: boolean;
}

/**
 * How the API server reaches what runs on a node. In one process the node agents implement it. Each method rejects with
 * a `StatusError` when the node or container cannot be reached, before any byte has flowed.
 */
export interface NodeConnections {
  logs(pod: Pod, request: PodLogRequest): Promise<ByteSource>;
  exec(pod: Pod, request: PodStreamRequest & { readonly command: readonly string[] }): Promise<ExecSession>;
  attach(pod: Pod, request: PodStreamRequest): Promise<ExecSession>;
  portForward(pod: Pod, port: number): Promise<ByteDuplex>;
  /**
   * Answers what the kubelet's HTTP API offers (`nodes/proxy`). Resolves to undefined for a node on which nobody listens.
   */
  kubelet?(node: Node, request: KubeletRequest): Promise<KubeletResponse | undefined>;
  /** Whether pods of a node can be reached at their addresses. Absent: those of all nodes can. */
  hasNetwork?(nodeName: string): boolean;
}

/** A request to a kubelet's HTTP API that changes nothing. */
export interface KubeletRequest {
  readonly method: string;
  /** Decoded, from the root: `/stats/summary`. */
  readonly path: string;
  /** What stands behind the `?`; empty where there is none. */
  readonly query: string;
  readonly signal?: AbortSignalLike | undefined;
}

export interface KubeletResponse {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | { readonly kind: 'bytes'; readonly source: ByteSource };
}
