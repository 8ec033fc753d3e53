import type { World } from '../../world/index.ts';
import { type Aggregator, MergedOpenApi } from '../aggregation/index.ts';
import type { AuditLog } from '../audit/index.ts';
import type { ApiCore } from '../core-contract.ts';
import { dumpFlows, type FlowControl, formatFlowMetrics } from '../flow-control/index.ts';
import type { HealthCheck } from '../health-check.ts';
import { Exposition, formatLabels } from '../metrics/index.ts';
import { Discovery, type DiscoveryDocument, formatEtag } from './discovery.ts';
import { checksOf, type HealthEndpoint, respondHealth } from './health.ts';
import { HealthFigures } from './health-figures.ts';
import type { HttpRequest, HttpResponse } from './http-message.ts';
import { readHeader } from './http-message.ts';
import { type MediaType, parseAccept } from './media-type.ts';
import { formatObjectCounts } from './object-metrics.ts';
import type { OpenApiSource } from './open-api-source.ts';
import type { Query } from './query.ts';
import { RefusedRequest } from './refused-request.ts';
import type { RequestInfo } from './request-info.ts';
import type { ServerVersion } from './server-version.ts';
import { jsonHeaders, notFoundError, respondJson, respondText } from './status-response.ts';

export interface NonResourceOptions {
  readonly core: ApiCore;
  readonly version: ServerVersion;
  /** `127.0.0.1:6443`, as `/api` names it. */
  readonly serverAddress: string;
  readonly healthChecks?: readonly HealthCheck[] | undefined;
  /** Further texts in the Prometheus format for `/metrics`. */
  readonly metricsSources?: readonly (() => string)[] | undefined;
  readonly openApi?: OpenApiSource | undefined;
  /** Which request runs, waits or is refused; without it all run at once. */
  readonly flowControl?: FlowControl | undefined;
  /** What is told of requests; without it nothing is. */
  readonly audit?: AuditLog | undefined;
  readonly world: World;
  /** What verifies ServiceAccount tokens, for `/.well-known/openid-configuration` and `/openid/v1/jwks`. */
  readonly issuer?: TokenIssuer | undefined;
  readonly aggregator?: Pick<Aggregator, 'discovery' | 'openApi' | 'formatMetrics'> | undefined;
}

export interface TokenIssuer {
  readonly issuer: string;
  readonly signingAlgorithms: readonly string[];
  /** A JSON Web Key Set as JSON. */
  keySet(): string | Promise<string>;
}

const aggregatedKind = 'APIGroupDiscoveryList';

/** Everything outside the resource API: discovery, OpenAPI, version, health, metrics, token issuer discovery. */
export class NonResourceRoutes {
  readonly #options: NonResourceOptions;
  readonly #formatMetrics: () => string;
  readonly #health = new HealthFigures();
  readonly #discovery: Discovery;
  readonly #openApi: OpenApiSource | undefined;

  constructor(options: NonResourceOptions, formatMetrics: () => string) {
    this.#options = options;
    this.#formatMetrics = formatMetrics;
    this.#discovery = new Discovery(options.core.resources, options.aggregator?.discovery);
    const { openApi, aggregator } = options;
    this.#openApi = openApi && aggregator ? new MergedOpenApi(openApi, aggregator.openApi) : openApi;
  }

  /** Throws 404 for a path that leads nowhere. */
  async respond(info: RequestInfo, http: HttpRequest, query: Query): Promise<HttpResponse> {
    const [, first = '', ...rest] = trimSlash(info.path).split('/');
    if (isHealth(first)) return this.#respondHealth(first, rest.join('/'), query);
    if (info.verb !== 'get' && info.verb !== 'head') throw notFoundError();
    switch (first) {
      case '':
        return respondJson(200, { paths: this.#listPaths() });
      case 'api':
        return this.#respondCore(rest, http);
      case 'apis':
        return this.#respondGroups(rest, http);
      case 'openapi':
        return this.#respondOpenApi(rest, http, query);
      case 'version':
        if (rest.length > 0) throw notFoundError();
        return respondJson(200, { ...this.#options.version });
      case 'metrics':
        if (rest.join('/') === 'slis') return respondMetrics(this.#health.format(this.#options.healthChecks ?? []));
        if (rest.length > 0) throw pageNotFound();
        return this.#respondMetrics();
      case 'debug':
        return this.#respondDebug(rest, query);
      default:
        return this.#respondIssuer(info.path);
    }
  }

  #respondCore(rest: readonly string[], http: HttpRequest): HttpResponse {
    const aggregated = rest.length === 0 ? chooseAggregated(http) : undefined;
    if (aggregated !== undefined) return this.#respondAggregated(true, aggregated, http);
    if (rest.length === 0) return respondDocument(this.#discovery.coreVersions(this.#options.serverAddress), http);
    return respondDocument(rest.length === 1 ? this.#discovery.resources('', rest[0]!) : undefined, http);
  }

  #respondGroups(rest: readonly string[], http: HttpRequest): HttpResponse {
    const [group = '', version = ''] = rest;
    const aggregated = rest.length === 0 ? chooseAggregated(http) : undefined;
    if (aggregated !== undefined) return this.#respondAggregated(false, aggregated, http);
    if (rest.length === 0) return respondDocument(this.#discovery.groups(), http);
    if (rest.length === 1) {
      const document = this.#discovery.group(group);
      if (document === undefined) throw pageNotFound();
      return respondDocument(document, http);
    }
    return respondDocument(rest.length === 2 ? this.#discovery.resources(group, version) : undefined, http);
  }

  #respondAggregated(isCore: boolean, version: 'v2' | 'v2beta1', http: HttpRequest): HttpResponse {
    const contentType = `application/json;g=apidiscovery.k8s.io;v=${version};as=${aggregatedKind}`;
    return respondDocument(this.#discovery.aggregated(isCore, version), http, contentType);
  }

  #respondOpenApi(rest: readonly string[], http: HttpRequest, query: Query): HttpResponse {
    const openApi = this.#openApi;
    const [edition, ...path] = rest;
    if (openApi === undefined) throw notFoundError();
    if (edition === 'v2' && path.length === 0) return respondOpenApiV2(openApi, http);
    if (edition !== 'v3') throw notFoundError();
    if (path.length === 0) return respondOpenApiIndex(openApi, http);
    const text = openApi.v3(path.join('/'));
    const response = respondDocument(text === undefined ? undefined : { text, etag: formatEtag(text) }, http);
    // With its hash in the address a document never changes.
    if (!query.has('hash') || response.status !== 200) return response;
    return { ...response, headers: { ...response.headers, 'cache-control': 'public, immutable' } };
  }

  #respondHealth(endpoint: HealthEndpoint, checkName: string, query: Query): HttpResponse {
    const { healthChecks = [], world } = this.#options;
    const response = respondHealth(endpoint, checkName, healthChecks, query, {
      onResult: (name, check, isWell) => this.#health.count(name, check, isWell),
      onUnhealthy: (name, problems) => world.log.child('http').warn(`${name} check failed`, { problems }),
    });
    if (response === undefined) throw pageNotFound();
    return response;
  }

  #respondMetrics(): HttpResponse {
    const counts = formatObjectCounts(this.#options.core.countObjects?.() ?? []);
    const { flowControl, audit, aggregator } = this.#options;
    const flows = flowControl === undefined ? '' : formatFlowMetrics(flowControl);
    const texts = [
      this.#formatMetrics(),
      flows,
      this.#options.core.formatMetrics?.() ?? '',
      audit?.formatMetrics() ?? '',
      aggregator?.formatMetrics() ?? '',
      counts,
      formatBuildInfo(this.#options.version),
      ...(this.#options.metricsSources ?? []).map(source => source()),
    ];
    return respondMetrics(texts.join(''));
  }

  #respondDebug([area, name = '', ...rest]: readonly string[], query: Query): HttpResponse {
    const { flowControl, world } = this.#options;
    if (flowControl === undefined || area !== 'api_priority_and_fairness' || rest.length > 0) throw pageNotFound();
    const { clock } = world;
    const offsetMs = clock.now() - clock.monotonic();
    const text = dumpFlows(flowControl, name, query, monotonicMs => monotonicMs + offsetMs);
    if (text === undefined) throw pageNotFound();
    return respondText(200, text);
  }

  async #respondIssuer(path: string): Promise<HttpResponse> {
    const { issuer } = this.#options;
    if (issuer !== undefined && path === '/.well-known/openid-configuration') {
      return respondJson(200, {
        issuer: issuer.issuer,
        jwks_uri: `https://${this.#options.serverAddress}/openid/v1/jwks`,
        response_types_supported: ['id_token'],
        subject_types_supported: ['public'],
        id_token_signing_alg_values_supported: issuer.signingAlgorithms,
      });
    }
    if (issuer === undefined || path !== '/openid/v1/jwks') throw pageNotFound();
    return {
      status: 200,
      headers: { 'content-type': 'application/jwk-set+json', 'cache-control': 'public, max-age=3600' },
      body: await issuer.keySet(),
    };
  }

  #listPaths(): readonly string[] {
    const versions = new Set<string>();
    for (const { version } of this.#options.core.resources.list()) {
      const { group } = version.type;
      if (group !== '') versions.add(`/apis/${group}`);
      versions.add(group === '' ? `/api/${version.type.version}` : `/apis/${group}/${version.type.version}`);
    }
    const { healthChecks = [] } = this.#options;
    const health = (['healthz', 'livez', 'readyz'] as const).flatMap(endpoint => [
      `/${endpoint}`,
      ...checksOf(endpoint, healthChecks).map(({ name }) => `/${endpoint}/${name}`),
    ]);
    return [
      '/.well-known/openid-configuration',
      '/api',
      '/apis',
      ...versions,
      ...health,
      '/metrics',
      '/metrics/slis',
      '/openapi/v2',
      '/openapi/v3',
      '/openid/v1/jwks',
      '/version',
    ].sort();
  }
}

/** Kubernetes: `kubernetes_build_info`. */
function formatBuildInfo(version: ServerVersion): string {
  const out = new Exposition();
  const labels = formatLabels({
    build_date: version.buildDate,
    compiler: version.compiler,
    git_commit: version.gitCommit,
    git_tree_state: version.gitTreeState,
    git_version: version.gitVersion,
    go_version: version.goVersion,
    major: version.major,
    minor: version.minor,
    platform: version.platform,
  });
  const help =
    "A metric with a constant '1' value labeled by major, minor, git version, git commit, git tree state, build date, Go version, and compiler from which Kubernetes was built, and platform on which it is running.";
  out.gauge('kubernetes_build_info', 'BETA', help, [[labels, 1]]);
  return out.format();
}

function respondMetrics(body: string): HttpResponse {
  return { status: 200, headers: { 'content-type': 'text/plain; version=0.0.4; charset=utf-8' }, body };
}

function isHealth(name: string): name is HealthEndpoint {
  return name === 'healthz' || name === 'livez' || name === 'readyz';
}

/** Kubernetes: what lies outside of the API and leads nowhere is answered in plain text. */
function pageNotFound(): RefusedRequest {
  return new RefusedRequest(respondText(404, '404 page not found\n'));
}

function trimSlash(path: string): string {
  return path.length > 1 && path.endsWith('/') ? path.slice(0, -1) : path;
}

/** Which aggregated form the client prefers to the plain one, if any. */
function chooseAggregated(http: HttpRequest): 'v2' | 'v2beta1' | undefined {
  const accept = readHeader(http.headers, 'accept');
  if (accept === undefined || !accept.includes(aggregatedKind)) return undefined;
  for (const { parameters } of parseAccept(accept)) {
    if (parameters['as'] === undefined) return undefined;
    const isAggregated = parameters['g'] === 'apidiscovery.k8s.io' && parameters['as'] === aggregatedKind;
    if (isAggregated && (parameters['v'] === 'v2' || parameters['v'] === 'v2beta1')) return parameters['v'];
  }
  return undefined;
}

/** A document that the client may have already; 404 where there is none. */
function respondDocument(
  document: DiscoveryDocument | undefined,
  http: HttpRequest,
  contentType = 'application/json',
): HttpResponse {
  if (document === undefined) throw notFoundError();
  const headers = { ...jsonHeaders, 'content-type': contentType, etag: document.etag, vary: 'Accept' };
  const isKnown = readHeader(http.headers, 'if-none-match') === document.etag;
  return isKnown ? { status: 304, headers, body: '' } : { status: 200, headers, body: document.text };
}

const protobufType = 'application/com.github.proto-openapi.spec.v2.v1.0+protobuf';
/** Clients before 1.28 ask with an `@`, which no Content-Type may hold. */
const protobufTypes: ReadonlySet<string> = new Set([
  protobufType,
  'application/com.github.proto-openapi.spec.v2@v1.0+protobuf',
]);

function respondOpenApiV2(openApi: OpenApiSource, http: HttpRequest): HttpResponse {
  const wanted = parseAccept(readHeader(http.headers, 'accept') ?? '').find(isOpenApiType);
  if (wanted !== undefined && protobufTypes.has(wanted.type)) {
    const bytes = openApi.v2Protobuf();
    return { status: 200, headers: { 'content-type': protobufType }, body: { kind: 'binary', bytes } };
  }
  const text = openApi.v2();
  return respondDocument({ text, etag: formatEtag(text) }, http);
}

function isOpenApiType(media: MediaType): boolean {
  return protobufTypes.has(media.type) || media.type === 'application/json' || media.type === '*/*';
}

/** Kubernetes: the index names each document's address with its hash, so that clients may keep it for good. */
function respondOpenApiIndex(openApi: OpenApiSource, http: HttpRequest): HttpResponse {
  const paths: Record<string, { serverRelativeURL: string }> = {};
  for (const path of openApi.v3Paths()) {
    const hash = openApi.v3Hash?.(path) ?? formatEtag(openApi.v3(path) ?? '').slice(1, -1);
    paths[path] = { serverRelativeURL: `/openapi/v3/${path}?hash=${hash}` };
  }
  const text = `${JSON.stringify({ paths })}\n`;
  return respondDocument({ text, etag: formatEtag(text) }, http);
}
