import { defaultIssuer, type TokenSettings } from '../../apiserver/auth/index.ts';
import { ApiHandler, createOpenApi, describeVersion, type HealthCheck } from '../../apiserver/http/index.ts';
import type { NodeConnections } from '../../apiserver/index.ts';
import type { ControlPlane } from '../../cluster/index.ts';
import { openDescriptions } from '../../drivers/descriptions/index.ts';
import { kubernetesVersion } from '../../drivers/front-door/index.ts';
import type { ClusterPki } from '../../drivers/tls/index.ts';
import { createJoseTokenSigner } from '../../drivers/tokens/index.ts';
import type { World } from '../../world/index.ts';
import { formatProcessMetrics } from './process-metrics.ts';

export interface ServingOptions {
  readonly world: World;
  readonly plane: ControlPlane;
  readonly tokens: TokenSettings;
  readonly nodes: NodeConnections;
  readonly healthChecks: readonly HealthCheck[];
  readonly sampanVersion: string;
  readonly isLeaving?: (() => boolean) | undefined;
  /** Further texts in the Prometheus format. */
  readonly metricsSources: readonly (() => string)[];
  /**
   * `10.244.0.1:6443`, once it is known. Kubernetes: the address that the server advertises, to which pods go for the keys
   * of ServiceAccount tokens; without one, where this host reaches it.
   */
  readonly serverAddress: () => string;
}

export function createTokenSettings(pki: ClusterPki): TokenSettings {
  return {
    signer: createJoseTokenSigner(pki.serviceAccountKey),
    issuer: defaultIssuer,
    audiences: [defaultIssuer],
  };
}

/** All that HTTP asks of a control plane. */
export function createHandler(options: ServingOptions): ApiHandler {
  const { world, plane, tokens, sampanVersion } = options;
  return new ApiHandler({
    world,
    core: plane.server,
    authenticator: plane.authenticator,
    authorizer: plane.authorizer,
    flowControl: plane.flowControl,
    audit: plane.server.audit,
    nodes: options.nodes,
    isLeaving: options.isLeaving,
    proxy: plane.createProxy(options.nodes),
    aggregator: plane.aggregator,
    version: describeVersion({ sampanVersion, platform: describePlatform(), runtime: `node ${process.version}` }),
    get serverAddress() {
      return options.serverAddress();
    },
    healthChecks: [...plane.healthChecks, ...options.healthChecks],
    metricsSources: [() => plane.formatMetrics(), formatProcessMetrics, ...options.metricsSources],
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
