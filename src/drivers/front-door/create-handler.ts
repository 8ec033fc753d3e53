import type { TokenSettings } from '../../apiserver/auth/index.ts';
import {
  ApiHandler,
  createOpenApi,
  describeVersion,
  type HealthCheck,
  type RequestLimits,
} from '../../apiserver/http/index.ts';
import type { NodeConnections } from '../../apiserver/index.ts';
import type { ControlPlane } from '../../cluster/index.ts';
import type { World } from '../../world/index.ts';
import { openDescriptions } from '../descriptions/index.ts';
import { formatProcessMetrics } from './process-metrics.ts';

/** Kubernetes: the version whose API is served, as its OpenAPI documents name it. */
const kubernetesVersion = '1.36';

export interface HandlerOptions {
  readonly world: World;
  readonly plane: ControlPlane;
  readonly tokens: TokenSettings;
  /** Sampan's own version. */
  readonly sampanVersion: string;
  /**
   * `10.244.0.1:6443`, once it is known: what `/api` tells clients. Kubernetes: the address that the server advertises, to
   * which pods go for the keys of ServiceAccount tokens; without one, where this host reaches it.
   */
  readonly serverAddress: () => string;
  /** Where logs, exec, attach and port-forward go. */
  readonly nodes?: NodeConnections | undefined;
  /** Besides the control plane's own. */
  readonly healthChecks?: readonly HealthCheck[] | undefined;
  readonly isLeaving?: (() => boolean) | undefined;
  readonly limits?: RequestLimits | undefined;
  /** Further texts in the Prometheus format. */
  readonly metricsSources?: readonly (() => string)[] | undefined;
}

/** All that HTTP asks of a control plane. */
export function createHandler(options: HandlerOptions): ApiHandler {
  const { world, plane, tokens, sampanVersion, nodes, healthChecks = [], metricsSources = [] } = options;
  return new ApiHandler({
    world,
    core: plane.server,
    authenticator: plane.authenticator,
    authorizer: plane.authorizer,
    flowControl: plane.flowControl,
    audit: plane.server.audit,
    nodes,
    isLeaving: options.isLeaving,
    limits: options.limits,
    proxy: plane.createProxy(nodes),
    aggregator: plane.aggregator,
    version: describeVersion({ sampanVersion, platform: describePlatform(), runtime: `node ${process.version}` }),
    get serverAddress() {
      return options.serverAddress();
    },
    healthChecks: [...plane.healthChecks, ...healthChecks],
    metricsSources: [() => plane.formatMetrics(), formatProcessMetrics, ...metricsSources],
    openApi: createOpenApi(plane.server.resources, {
      version: kubernetesVersion,
      descriptions: openDescriptions(),
    }),
    issuer: {
      issuer: tokens.issuer,
      signingAlgorithms: [tokens.signer.algorithm],
      keySet: () => tokens.signer.keySet(),
    },
  });
}

/** As Go names platforms. */
function describePlatform(): string {
  const architectures: Readonly<Record<string, string>> = { x64: 'amd64', ia32: '386' };
  return `${process.platform}/${architectures[process.arch] ?? process.arch}`;
}
