import type { Pod } from '../../api/generated/index.ts';
import type { RequestOptions, ResourceRequest, Verb } from '../../client/index.ts';
import { StatusError, statusError } from '../../machinery/index.ts';
import type { Random } from '../../world/index.ts';
import type { Aggregator, RemoteApi } from '../aggregation/index.ts';
import type { AuditTrail } from '../audit/index.ts';
import { annotateDecision } from '../auth/annotate-decision.ts';
import type { Authenticator } from '../auth/authenticator.ts';
import { forbiddenError } from '../auth/forbidden.ts';
import { impersonate } from '../auth/impersonation/index.ts';
import { prepareDecision } from '../auth/prepare-decision.ts';
import type {
  ApiCore,
  AuthorizationAttributes,
  Authorizer,
  NodeConnections,
  ServedResource,
  UserInfo,
} from '../core-contract.ts';
import { isProxyRequest, passBack, type SubresourceProxy } from '../proxy/index.ts';
import { AuditStage, auditResult } from './audit-stage.ts';
import { readConnectOptions } from './connect-options.ts';
import { findRouteProblem } from './find-route-problem.ts';
import { FlowStage, tooManyRequests } from './flow-stage.ts';
import type { HttpRequest, HttpResponse } from './http-message.ts';
import { readHeader } from './http-message.ts';
import { JsonFrames } from './json-frames.ts';
import { MessageCache } from './message-cache.ts';
import { MetricsStage } from './metrics-stage.ts';
import { Negotiator, type Representation, type ResourceSort } from './negotiation.ts';
import { type NonResourceOptions, NonResourceRoutes } from './non-resource-routes.ts';
import { respondLog } from './pod-log.ts';
import { openStreamTarget, type StreamTarget } from './pod-stream.ts';
import { prettify } from './pretty.ts';
import { ProtobufFrames } from './protobuf-frames.ts';
import { ProxiedRequests, type Tunnel } from './proxied-requests.ts';
import { parseQuery, type Query } from './query.ts';
import { RefusedRequest } from './refused-request.ts';
import { RepresentationCache } from './representation.ts';
import { RequestCall } from './request-call.ts';
import { defaultLimits, isTimedOut, RequestDeadlines, type RequestLimits, readTimeoutMs } from './request-deadlines.ts';
import { isTruthy, type RequestInfo, readRequestInfo } from './request-info.ts';
import { readRequestOptions } from './request-options.ts';
import { RequestRun } from './request-run.ts';
import { type Incoming, ResourceRequestReader } from './resource-request-reader.ts';
import { ResponseWriter } from './response-writer.ts';
import { notFoundError, respondStatus, respondStatusAs } from './status-response.ts';
import type { IncludedObject } from './table.ts';
import { WatchResponse } from './watch-response.ts';

export interface ApiHandlerOptions extends NonResourceOptions {
  readonly core: ApiCore;
  readonly authenticator: Authenticator;
  readonly authorizer: Authorizer;
  /** How to reach what runs on nodes; without it `log`, `exec`, `attach` and `portforward` are refused with 503. */
  readonly nodes?: NodeConnections | undefined;
  /** Whether the server stops and sends who still comes elsewhere (`--shutdown-send-retry-after`). */
  readonly isLeaving?: (() => boolean) | undefined;
  /** How long requests may last; default a minute, and half an hour at least for watches that name no end. */
  readonly limits?: RequestLimits | undefined;
  /** What answers the `proxy` subresources; without it there are none. */
  readonly proxy?: SubresourceProxy | undefined;
  /** What other servers serve, and the way to them; without it there is nothing but what `core` serves. */
  readonly aggregator?: Aggregator | undefined;
}

/** What an upgrade request becomes: a refusal to answer with, or what to join the connection with. */
export type UpgradeAnswer =
  | { readonly refusal: HttpResponse }
  | { readonly target: StreamTarget }
  | { readonly tunnel: Tunnel }
  /** An answer as any other, to be given as messages of a WebSocket where it succeeds. */
  | { readonly streamed: HttpResponse };

const noQuery = parseQuery('');
const streamSubresources: ReadonlySet<string> = new Set(['exec', 'attach', 'portforward']);

/**
 * HTTP in, HTTP out: authentication, the path, the body, the core, and the answer in the form that the client accepts.
 * Pure but for what it is given; sockets are the driver's (`drivers/http`).
 */
export class ApiHandler {
  readonly #options: ApiHandlerOptions;
  readonly #negotiator = new Negotiator();
  readonly #cache = new RepresentationCache();
  readonly #messages = new MessageCache();
  readonly #writer = new ResponseWriter(this.#cache, this.#messages);
  readonly #metrics: MetricsStage;
  readonly #deadlines: RequestDeadlines;
  readonly #limits: RequestLimits;
  readonly #nonResource: NonResourceRoutes;
  readonly #reader: ResourceRequestReader;
  readonly #proxied: ProxiedRequests;
  readonly #flow: FlowStage | undefined;
  readonly #audit: AuditStage | undefined;
  readonly #auditIds: Random;
  readonly #watchTimes: Random;

  constructor(options: ApiHandlerOptions) {
    const { clock, random } = options.world;
    this.#options = options;
    this.#metrics = new MetricsStage(options.core.resources, clock);
    this.#flow = options.flowControl === undefined ? undefined : new FlowStage(options.flowControl, clock);
    this.#audit = options.audit === undefined ? undefined : new AuditStage(options.audit, clock);
    this.#auditIds = random.stream('http/audit-ids');
    this.#watchTimes = random.stream('http/watch-times');
    this.#reader = new ResourceRequestReader(options.core.resources);
    this.#limits = options.limits ?? defaultLimits;
    this.#deadlines = new RequestDeadlines(clock, this.#limits.timeoutMs);
    this.#nonResource = new NonResourceRoutes(options, () => this.#metrics.format());
    this.#proxied = new ProxiedRequests({
      proxy: options.proxy,
      connect: (info, call, objectName) => this.#connect(info, noQuery, call, objectName),
      authorize: (info, user) => this.#authorize(info, user),
    });
  }

  /** Whether a request's body is passed on as it comes (`bodySource`), instead of being read first. */
  isPassedOn(url: string): boolean {
    return ProxiedRequests.covers(url) || this.#options.aggregator?.find(url) !== undefined;
  }

  /** Answers any request but an upgrade. Never rejects. */
  async handle(http: HttpRequest): Promise<HttpResponse> {
    const query = parseQuery(http.query);
    const info = readRequestInfo(http.method, http.path, query);
    if (info === undefined)
      return respondStatus(statusError.badRequest(`unable to determine kind and namespace from url, ${http.path}`));
    const { clock } = this.#options.world;
    if (this.#options.isLeaving?.() === true && !isExemptFromLeaving(http)) return leaving;
    const run = this.#open(http, query, info);
    this.#metrics.enter(run);
    let response: HttpResponse;
    try {
      response = await this.#answer(run);
    } catch (error) {
      response = await this.#refuse(error, run);
    }
    const nowMs = clock.monotonic();
    this.#flow?.leave(run, nowMs);
    response = this.#metrics.leave(run, response, nowMs);
    if (this.#audit !== undefined) response = this.#audit.leave(run, response);
    return run.complete(prettify(response, http, query));
  }

  /** Answers a request to upgrade its connection (`exec`, `attach`, `portforward`, `proxy`). Never rejects. */
  async upgrade(http: HttpRequest): Promise<UpgradeAnswer> {
    const query = parseQuery(http.query);
    const info = readRequestInfo(http.method, http.path, query);
    if (info === undefined) return { refusal: respondStatus(statusError.badRequest('this path cannot be upgraded')) };
    if (isStreamedRead(info, http, query)) return { streamed: await this.handle(http) };
    const run = this.#open(http, query, info);
    let answer: UpgradeAnswer;
    try {
      answer = await this.#upgrade(run);
    } catch (error) {
      answer = { refusal: await this.#refuse(error, run) };
    }
    noteUpgrade(run, answer);
    return answer;
  }

  async #upgrade(run: RequestRun): Promise<UpgradeAnswer> {
    const { http, query, info } = run;
    const remote = this.#options.aggregator?.find(http.path);
    if (remote !== undefined) return await this.#upgradeRemote(remote, run);
    if (isProxyRequest(info)) return await this.#proxied.upgrade(http, info, await this.#identify(run));
    if (!isPodStream(info)) throw statusError.badRequest('this path cannot be upgraded');
    const call = await this.#identify(run);
    const pod = await this.#connect(info, query, call);
    // Kubernetes 1.35 (AuthorizePodWebsocketUpgradeCreatePermission): a WebSocket begins with GET, but what it does
    // is as grave as the POST of older clients.
    if (info.verb === 'get') await this.#admit({ ...info, verb: 'create' }, call.user);
    return { target: await openStreamTarget(this.#requireNodes(), pod, info.subresource, query) };
  }

  #open(http: HttpRequest, query: Query, info: RequestInfo): RequestRun {
    const auditId = readHeader(http.headers, 'audit-id') || this.#auditIds.uuid();
    return new RequestRun(http, query, info, this.#options.world.clock.monotonic(), auditId);
  }

  async #answer(run: RequestRun): Promise<HttpResponse> {
    const { http, query, info } = run;
    run.timeoutMs = readTimeoutMs(info, query, this.#limits.timeoutMs);
    const call = await this.#identify(run);
    const turn = this.#flow?.enter(run, call.user);
    if (turn !== undefined) await turn;
    const remote = this.#options.aggregator?.find(http.path);
    if (remote !== undefined) {
      await this.#admit(info, call.user, run.audit);
      const { timeoutMs } = run;
      return this.#options.aggregator!.respond(remote, http, { info, user: call.user, timeoutMs });
    }
    if (!info.isResourceRequest) {
      await this.#admit(info, call.user, run.audit);
      return this.#nonResource.respond(info, http, query);
    }
    return this.#answerResource({ http, query, info, call }, run);
  }

  async #upgradeRemote(remote: RemoteApi, run: RequestRun): Promise<UpgradeAnswer> {
    const { http, info } = run;
    const { user } = await this.#identify(run);
    await this.#admit(info, user, run.audit);
    const outcome = await this.#options.aggregator!.upgrade(remote, http, user);
    if (outcome.kind === 'switched') return { tunnel: outcome };
    return { refusal: outcome.kind === 'refused' ? outcome.response : passBack(outcome.response) };
  }

  /** Who asks, after impersonation. Throws 401. */
  async #identify(run: RequestRun): Promise<RequestCall> {
    const { headers, clientCertificate, path } = run.http;
    const authorization = readHeader(headers, 'authorization');
    const found = this.#options.authenticator.authenticate({ authorization, clientCertificate, headers, path });
    const sender = found instanceof Promise ? await found : found;
    const durationMs = this.#options.world.clock.monotonic() - run.startMs;
    this.#metrics.authentication.count(sender === undefined ? 'failure' : 'success', durationMs, sender?.username);
    if (sender === undefined) {
      const error = statusError.unauthorized();
      this.#audit?.refuseUnknown(run, error);
      throw error;
    }
    this.#audit?.enter(run, sender);
    const { user, constraint } = impersonate(sender, headers, this.#options.authorizer, run.info);
    if (user !== sender) run.audit?.impersonate(user, constraint);
    run.call = new RequestCall(user, readHeader(headers, 'user-agent'), run.audit);
    return run.call;
  }

  async #answerResource(incoming: Incoming, run: RequestRun): Promise<HttpResponse> {
    const { info } = incoming;
    if (isProxyRequest(info)) return this.#proxied.respond(incoming.http, info, incoming.call);
    if (info.subresource === 'proxy' || info.verb === 'proxy') throw notFoundError();
    if (info.group === '' && info.resource === 'pods' && info.name !== '') {
      if (info.subresource === 'log' && info.verb === 'get') return this.#answerLog(incoming);
      if (streamSubresources.has(info.subresource)) {
        await this.#connect(info, incoming.query, incoming.call);
        throw statusError.badRequest('Upgrade request required');
      }
    }
    const problem = findRouteProblem(this.#options.core.resources, incoming.http.method, info);
    if (problem !== undefined) {
      await this.#admit(info, incoming.call.user, run.audit);
      throw problem;
    }
    if (info.verb === 'watch' || isWatchOfOne(incoming)) return this.#answerWatch(incoming, run);
    return this.#answerOnce(incoming, run);
  }

  async #answerOnce(incoming: Incoming, run: RequestRun): Promise<HttpResponse> {
    const { http, info, call } = incoming;
    const representation = this.#negotiate(http, info, info.verb);
    const request = await this.#readRequest(incoming);
    if (request.body !== undefined) {
      run.audit?.setRequestObject(request.body);
      this.#metrics.countBody(run);
    }
    const result = await this.#deadlines.within(this.#options.core.execute(request, call), run.timeoutMs, run.startMs);
    if (run.audit !== undefined) auditResult(run.audit, result);
    if (result.kind === 'object' && representation.format === 'json' && representation.as === undefined) {
      return this.#writer.writePlain(result);
    }
    return this.#writer.write(result, {
      representation,
      includes: readIncluded(incoming.query),
      nowMs: this.#options.world.clock.now(),
    });
  }

  #negotiate(http: HttpRequest, { group, version, resource }: RequestInfo, verb: string): Representation {
    const found = this.#options.core.resources.lookup(group, version, resource);
    return this.#negotiator.negotiate(readHeader(http.headers, 'accept'), verb, found && sortOf(found));
  }

  async #answerWatch(incoming: Incoming, run: RequestRun): Promise<HttpResponse> {
    const { http, info, query, call } = incoming;
    const representation = this.#negotiate(http, info, 'watch');
    const options = withEnd(readRequestOptions(query, 'watch'), this.#limits.watchSecondsMin, this.#watchTimes);
    const request: ResourceRequest = {
      verb: 'watch',
      type: this.#reader.typeOf(info),
      subresource: info.subresource === '' ? undefined : info.subresource,
      namespace: info.namespace === '' ? undefined : info.namespace,
      options: info.name === '' ? options : { ...options, fieldSelector: selectName(info.name, options.fieldSelector) },
      signal: http.signal,
    };
    const resource = this.#options.core.resources.lookup(info.group, info.version, info.resource);
    if (resource === undefined) {
      await this.#admit(info, call.user);
      throw notFoundError();
    }
    const pending = this.#options.core.prepare?.(request, call);
    if (pending !== undefined) await pending;
    const { clock } = this.#options.world;
    const watchInfo: RequestInfo = info.verb === 'watch' ? info : { ...info, verb: 'watch' };
    const { as, asVersion = 'v1', format } = representation;
    const frames =
      format === 'protobuf'
        ? new ProtobufFrames(resource, as === undefined ? undefined : asVersion, this.#messages)
        : new JsonFrames(
            resource,
            { as, asVersion, includes: readIncluded(query), now: () => clock.now() },
            this.#cache,
          );
    const forget = this.#options.flowControl?.estimator.watches.add(watchInfo, query);
    const counters = this.#metrics.beginWatch(run, watchInfo);
    const end = (hasFailed: boolean): void => {
      forget?.();
      this.#metrics.endWatch(run, watchInfo, hasFailed);
    };
    const response = new WatchResponse(frames, counters, () => {
      end(false);
      run.audit?.complete(200);
    });
    try {
      const watch = this.#options.core.watch(request, call, response);
      if (options.sendInitialEvents === true) this.#metrics.noteWatchList(run, watchInfo);
      return response.respond(watch);
    } catch (error) {
      end(true);
      throw error;
    }
  }

  async #answerLog({ info, query, call }: Incoming): Promise<HttpResponse> {
    const pod = await this.#connect(info, query, call);
    return respondLog(this.#requireNodes(), pod, query);
  }

  /** Whoever may not do it is told so, whatever is wrong with the request. */
  async #readRequest(incoming: Incoming): Promise<ResourceRequest> {
    try {
      return await this.#reader.read(incoming);
    } catch (error) {
      await this.#admit(incoming.info, incoming.call.user);
      throw error;
    }
  }

  async #connect(info: RequestInfo, query: Query, call: RequestCall, objectName?: string): Promise<Pod> {
    const { verb, subresource, namespace, name } = info;
    const object = await this.#options.core.connect(
      {
        verb: verb as Verb,
        type: this.#reader.typeOf(info),
        subresource,
        namespace: namespace === '' ? undefined : namespace,
        name,
        objectName,
        options: readConnectOptions(info, query),
      },
      call,
    );
    return object as Pod;
  }

  #requireNodes(): NodeConnections {
    const { nodes } = this.#options;
    if (nodes !== undefined) return nodes;
    throw new StatusError('ServiceUnavailable', 'this server has no connection to nodes');
  }

  async #admit(info: RequestInfo, user: UserInfo, audit?: AuditTrail): Promise<void> {
    const pending = prepareDecision(this.#options.authorizer, describe(info, user));
    if (pending !== undefined) await pending;
    this.#authorize(info, user, audit);
  }

  /** Those who cannot be asked at once are not. */
  #authorize(info: RequestInfo, user: UserInfo, audit?: AuditTrail): void {
    const attributes = describe(info, user);
    const decision = this.#options.authorizer.authorize(attributes);
    if (audit !== undefined) annotateDecision(audit, decision);
    if (!decision.allowed) throw forbiddenError(attributes, decision.reason);
  }

  async #refuse(error: unknown, run: RequestRun): Promise<HttpResponse> {
    const { http, info, audit } = run;
    if (error instanceof RefusedRequest) {
      run.isTermination = error.response.status === 429;
      return error.response;
    }
    run.isTermination = isTimedOut(error);
    const format = this.#negotiator.negotiateError(readHeader(http.headers, 'accept'));
    const refusal = this.#explain(error, info);
    if (audit !== undefined) {
      if (error instanceof StatusError) audit.setStatus(refusal.toStatus());
      else audit.panic(refusal.toStatus());
    }
    return respondStatusAs(refusal, format);
  }

  #explain(error: unknown, info: RequestInfo | undefined): StatusError {
    if (error instanceof StatusError) return error;
    this.#options.world.log
      .child('http')
      .error('request failed unexpectedly', { path: info?.path, verb: info?.verb, error });
    return statusError.internal('this request caused the server to fail; its log says why');
  }
}

/** Tells the audit log how the connection was joined. The end of what is only passed on is seen by nobody here. */
function noteUpgrade({ audit }: RequestRun, answer: UpgradeAnswer): void {
  if (audit === undefined) return;
  const code = 'refusal' in answer ? answer.refusal.status : 101;
  audit.start(code);
  if ('target' in answer && answer.target.kind === 'session') {
    void answer.target.session.result.then(() => audit.complete(code));
  } else audit.complete(code);
}

const leaving = tooManyRequests('The apiserver is shutting down, please try again later.', 5);
const exemptFromLeaving = ['/readyz', '/livez', '/healthz', '/metrics'];

/** Kubernetes: who looks after the server is answered to the end. */
function isExemptFromLeaving({ path, headers }: HttpRequest): boolean {
  if (readHeader(headers, 'user-agent')?.startsWith('kube-apiserver/') === true) return true;
  return exemptFromLeaving.some(prefix => path.startsWith(prefix));
}

function describe(info: RequestInfo, user: UserInfo): AuthorizationAttributes {
  const { verb, group, version, resource, subresource, namespace, name } = info;
  const nonResourcePath = info.isResourceRequest ? undefined : info.path;
  return { user, verb, group, version, resource, subresource, namespace, name, nonResourcePath };
}

function sortOf({ crd, version: { verbs } }: ServedResource): ResourceSort {
  if (crd !== undefined) return 'custom';
  return verbs.includes('get') || verbs.includes('list') ? 'stored' : 'computed';
}

/** Kubernetes: logs and watches go over a WebSocket to clients that ask for one, such as programs in browsers. */
function isStreamedRead(info: RequestInfo, http: HttpRequest, query: Query): boolean {
  if (readHeader(http.headers, 'upgrade')?.toLowerCase() !== 'websocket') return false;
  const isLog = info.group === '' && info.resource === 'pods' && info.subresource === 'log' && info.verb === 'get';
  return isLog || info.verb === 'watch' || isWatchOfOne({ info, query });
}

function isPodStream(info: RequestInfo): boolean {
  return info.group === '' && info.resource === 'pods' && info.name !== '' && streamSubresources.has(info.subresource);
}

/** Kubernetes: `?watch=true` on one object's path is a get upstream's routes turn into a watch; so are `/watch/` paths. */
function isWatchOfOne({ info, query }: Pick<Incoming, 'info' | 'query'>): boolean {
  return (
    info.verb === 'get' &&
    info.name !== '' &&
    info.subresource === '' &&
    query.has('watch') &&
    isTruthy(query.get('watch'))
  );
}

/** A watch that names no end gets one, by chance, so that not all come again at once. */
function withEnd(options: RequestOptions, secondsMin: number, random: Random): RequestOptions {
  if (secondsMin === 0 || (options.timeoutSeconds !== undefined && options.timeoutSeconds > 0)) return options;
  return { ...options, timeoutSeconds: secondsMin * (1 + random.float()) };
}

function selectName(name: string, fieldSelector: string | undefined): string {
  return fieldSelector === undefined || fieldSelector === ''
    ? `metadata.name=${name}`
    : `metadata.name=${name},${fieldSelector}`;
}

function readIncluded(query: Query): IncludedObject {
  const included = query.get('includeObject');
  return included === 'None' || included === 'Object' ? included : 'Metadata';
}
