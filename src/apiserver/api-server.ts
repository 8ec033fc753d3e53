import { type ResourceQuota, resourceQuotas } from '../api/generated/index.ts';
import type { KindDefinition } from '../api/index.ts';
import type { ResourceRequest, Watch } from '../client/index.ts';
import { type KubeObject, statusError } from '../machinery/index.ts';
import type { Store, StoredObject, WatchCache } from '../storage/index.ts';
import type { World } from '../world/index.ts';
import {
  createAdmissionPlugins,
  createMutatingPolicies,
  createMutatingWebhooks,
  createRegistrationCheck,
  createResourceQuota,
  createValidatingPolicies,
  createValidatingWebhooks,
  PolicyMetrics,
  WebhookMetrics,
} from './admission/index.ts';
import { type AuditLog, LocalAudit } from './audit/index.ts';
import { serverUser } from './auth/well-known-users.ts';
import { type ComponentCheck, createComponentStatuses } from './bootstrap/index.ts';
import type {
  AdmissionPlugin,
  ApiCore,
  ApiResult,
  ApiWatchSink,
  Authorizer,
  CallContext,
  ConnectRequest,
  ObjectCount,
  OutboundCalls,
  ServedResource,
  VirtualResources,
} from './core-contract.ts';
import { LazyExpressions, withCrdRules } from './crd/index.ts';
import { createResourceSizes, type ResourceSizes } from './flow-control/index.ts';
import { AdmissionMetrics, CountedAuthorizer, Exposition } from './metrics/index.ts';
import type { IndexedView, ObjectView } from './object-view.ts';
import {
  admitConnection,
  attributesOf,
  authorize,
  authorizeAttributes,
  performRequest,
  prepareRequest,
  watchObjects,
} from './requests/index.ts';
import {
  CacheView,
  createHooks,
  Endpoint,
  Endpoints,
  LeasePool,
  LiveRegistry,
  OpenCaches,
  type ResourceHooks,
} from './resources/index.ts';
import { type ServerContext, WorldRuleContext } from './server-context.ts';
import { ServiceNetwork, type ServiceNetworkOptions } from './services/index.ts';
import { WebhookClient } from './webhooks/index.ts';

export interface ApiServerOptions {
  readonly world: World;
  readonly store: Store<StoredObject>;
  /** The reading side of the same store. */
  readonly cache: WatchCache;
  readonly kinds: readonly KindDefinition[];
  /** Or how to make one, from what is stored. */
  readonly authorizer: Authorizer | ((view: ObjectView) => Authorizer);
  /** Answers what is computed: reviews, tokens. */
  readonly virtual?: VirtualResources | undefined;
  /** Behind the built-in plugins, in this order. */
  readonly admission?: readonly AdmissionPlugin[] | undefined;
  readonly services?: ServiceNetworkOptions | undefined;
  /** How webhooks are reached; without it every call of one fails. */
  readonly outbound?: OutboundCalls | undefined;
  /** How the components beside this server are, for `componentstatuses`. */
  readonly components?: ComponentCheck | undefined;
  /** What is told of requests; without it nothing is. */
  readonly audit?: AuditLog | undefined;
}

/** For what the server itself writes. */
const serverCall: CallContext = { user: serverUser, userAgent: 'kube-apiserver', warn: () => {} };

/** Kubernetes: `--event-ttl`. */
const eventTtlMs = 3600_000;

/**
 * The API server as a function: requests in, results out. Knows no HTTP, no credentials and no disk; see
 * `core-contract.ts` for what crosses its borders. `start-api-server.ts` fills a new store and follows CRDs.
 */
export class ApiServer implements ApiCore {
  readonly resources: LiveRegistry;
  readonly view: IndexedView;
  readonly context: ServerContext;
  readonly sizes: ResourceSizes;
  readonly audit: AuditLog | undefined;
  /** The same, for requests from within the process. */
  readonly localAudit: LocalAudit | undefined;
  /** The addresses and ports that Services get. */
  readonly network: ServiceNetwork;
  readonly expressions = new LazyExpressions();

  constructor(options: ApiServerOptions) {
    const { world, store, cache, audit } = options;
    const auditIds = world.random.stream('apiserver/audit-ids');
    this.audit = audit;
    this.localAudit =
      audit &&
      new LocalAudit(
        audit,
        () => world.clock.now(),
        () => auditIds.uuid(),
      );
    this.resources = new LiveRegistry(options.kinds.map(withCrdRules));
    const endpoints: Endpoints = new Endpoints(this.resources, resource => this.#open(resource));
    this.view = new CacheView(endpoints);
    this.sizes = createResourceSizes(endpoints, world.clock);
    const events = new LeasePool(store, world.clock, eventTtlMs);
    this.network = new ServiceNetwork(options.services ?? {}, world.random.stream('apiserver/services'));
    const hooks = createHooks(endpoints, this.network);
    const given = typeof options.authorizer === 'function' ? options.authorizer(this.view) : options.authorizer;
    const authorizer = new CountedAuthorizer(given, world.clock);
    this.#authorizer = authorizer;
    const metrics = new AdmissionMetrics(world.clock);
    this.#admission = metrics;
    this.#policies = new PolicyMetrics(world.clock);
    const policies = {
      view: this.view,
      resources: () => this.resources,
      authorizer,
      loadExpressions: () => this.expressions.loadForPolicies(),
    };
    const webhooks = new WebhookClient(this.view, options.outbound);
    const reviews = world.random.stream('apiserver/admission-reviews');
    this.#webhooks = new WebhookMetrics(world.clock);
    const hooked = {
      ...policies,
      client: webhooks,
      uuid: () => reviews.uuid(),
      log: world.log.child('admission'),
      metrics: this.#webhooks,
    };
    const plugins = [
      ...createAdmissionPlugins(this.view, world, authorizer),
      createRegistrationCheck(policies),
      createMutatingPolicies(policies),
      createMutatingWebhooks(hooked),
      createValidatingPolicies(policies, this.#policies),
      createValidatingWebhooks(hooked),
      ...(options.admission ?? []),
      // Last, so that nothing is charged that another refuses.
      createResourceQuota(this.view, world.clock, quota => this.#writeQuota(quota)),
    ];
    const caches = new OpenCaches(cache);
    const metered = plugins.map(plugin => metrics.meter(plugin));
    this.#open = resource => openEndpoint(resource, caches, metered, hooks, events, metrics);
    this.context = {
      world,
      store,
      endpoints,
      authorizer,
      rules: new WorldRuleContext(world),
      names: world.random.stream('apiserver/names'),
      virtual: {
        '/componentstatuses': createComponentStatuses(store, options.components),
        ...options.virtual,
      },
      webhooks,
    };
  }

  readonly #open: (resource: ServedResource) => Endpoint;
  readonly #authorizer: CountedAuthorizer;
  readonly #admission: AdmissionMetrics;
  readonly #policies: PolicyMetrics;
  readonly #webhooks: WebhookMetrics;

  /** Throws the 403 unless the caller may make this request. */
  authorize(request: ResourceRequest, call: CallContext): void {
    authorize(this.context, request, call);
  }

  prepare(request: ResourceRequest, call: CallContext): Promise<void> | undefined {
    return prepareRequest(this.context, request, call);
  }

  async execute(request: ResourceRequest, call: CallContext): Promise<ApiResult> {
    const pending = this.prepare(request, call);
    if (pending !== undefined) await pending;
    authorize(this.context, request, call);
    return performRequest(this.context, request, call);
  }

  watch(request: ResourceRequest, call: CallContext, sink: ApiWatchSink): Watch {
    authorize(this.context, request, call);
    return this.watchAuthorized(request, sink);
  }

  /** For who has been authorized already. */
  executeAuthorized(request: ResourceRequest, call: CallContext): Promise<ApiResult> | ApiResult {
    return performRequest(this.context, request, call);
  }

  watchAuthorized(request: ResourceRequest, sink: ApiWatchSink): Watch {
    const endpoint = this.context.endpoints.get(request.type);
    if (!endpoint.version.verbs.includes('watch')) throw statusError.methodNotAllowed(endpoint.subject, 'watch');
    return watchObjects(this.context, endpoint, request, sink);
  }

  async #writeQuota(object: ResourceQuota): Promise<void> {
    const { namespace, name } = object.metadata;
    const request = {
      verb: 'update',
      type: resourceQuotas,
      subresource: 'status',
      namespace,
      name,
      body: object,
    } as const;
    await performRequest(this.context, request, serverCall);
  }

  formatMetrics(): string {
    const out = new Exposition();
    this.#admission.write(out);
    this.#policies.write(out);
    this.#webhooks.write(out);
    this.#authorizer.write(out);
    return out.format();
  }

  *countObjects(): Generator<ObjectCount> {
    for (const resource of this.resources.list()) {
      const { group, resource: name } = resource.version.type;
      const isStored = resource.version.type === resource.definition.storage && resource.version.verbs.includes('list');
      // What can be listed and not watched is computed.
      if (!isStored || !resource.version.verbs.includes('watch')) continue;
      const { cache } = this.context.endpoints.of(resource);
      const { averageBytes } = this.sizes(group, resource.version.type.version, name)!;
      yield { group, resource: name, count: cache.size, changes: cache.changes, averageBytes };
    }
  }

  async connect(request: ConnectRequest, call: CallContext): Promise<KubeObject> {
    const attributes = attributesOf(request as ResourceRequest, call.user);
    const pending = this.prepare(request as ResourceRequest, call);
    if (pending !== undefined) await pending;
    authorizeAttributes(this.context, attributes, call);
    const endpoint = this.context.endpoints.get(request.type);
    const name = request.objectName ?? request.name;
    if (request.options !== undefined) await admitConnection(endpoint, request, request.options, call);
    const stored = endpoint.find(endpoint.namespaceOf(request.namespace), name);
    if (stored === undefined) throw statusError.notFound(endpoint.subject, name);
    return stored.object;
  }
}

function openEndpoint(
  resource: ServedResource,
  caches: OpenCaches,
  plugins: readonly AdmissionPlugin[],
  hooks: Readonly<Record<string, ResourceHooks>>,
  events: LeasePool,
  metrics: AdmissionMetrics,
): Endpoint {
  const { storage, rules } = resource.definition;
  const indexes: Record<string, (object: StoredObject['object']) => string | undefined> = {};
  for (const field of rules.indexedFields ?? []) {
    const read = rules.selectableFields?.[field];
    if (read === undefined) throw new Error(`${storage.resource}: indexed field ${field} is not selectable`);
    indexes[field] = read;
  }
  const objects = caches.open(storage, indexes);
  const isEvents = storage.resource === 'events' && (storage.group === '' || storage.group === 'events.k8s.io');
  return new Endpoint(
    resource,
    objects,
    plugins,
    hooks[`${storage.group}/${storage.resource}`],
    isEvents ? events : undefined,
    metrics,
  );
}
