import { defaultIssuer, type TokenSettings } from '../../apiserver/auth/index.ts';
import { ApiHandler, createOpenApi, describeVersion, type HealthCheck } from '../../apiserver/http/index.ts';
import type { NodeConnections } from '../../apiserver/index.ts';
import type { ControlPlane } from '../../cluster/index.ts';
import type { World } from '../../world/index.ts';
import { openDescriptions } from '../descriptions/index.ts';
import { type HttpsServer, startHttpsServer } from '../http/index.ts';
import type { ClusterPki } from '../tls/index.ts';
import { createJoseTokenSigner } from '../tokens/index.ts';

/** Kubernetes: the version whose API is served, as its OpenAPI documents name it. */
export const kubernetesVersion = '1.36';

export interface FrontDoorOptions {
  readonly world: World;
  readonly plane: ControlPlane;
  readonly pki: ClusterPki;
  readonly tokens: TokenSettings;
  /** Sampan's own version. */
  readonly sampanVersion: string;
  /** Where logs, exec, attach and port-forward go. */
  readonly nodes?: NodeConnections | undefined;
  readonly healthChecks?: readonly HealthCheck[] | undefined;
}

/** How ServiceAccount tokens are signed with the cluster's key. Needed before the control plane starts. */
export function createTokenSettings(pki: Pick<ClusterPki, 'serviceAccountKey'>): TokenSettings {
  const signer = createJoseTokenSigner(pki.serviceAccountKey);
  return { signer, issuer: defaultIssuer, audiences: [defaultIssuer] };
}

/** A control plane's door to the network: one handler, on as many addresses as are opened. */
export class FrontDoor {
  readonly #pki: ClusterPki;
  readonly #handler: ApiHandler;
  readonly #servers: HttpsServer[] = [];

  /** `address` is what `/api` tells clients: host and port of the main listener. */
  constructor(options: FrontDoorOptions, address: string) {
    const { world, plane, pki, tokens, nodes, sampanVersion, healthChecks } = options;
    this.#pki = pki;
    this.#handler = new ApiHandler({
      world,
      core: plane.server,
      authenticator: plane.authenticator,
      authorizer: plane.server.context.authorizer,
      flowControl: plane.flowControl,
      audit: plane.server.audit,
      nodes,
      proxy: plane.createProxy(nodes),
      aggregator: plane.aggregator,
      healthChecks: [...plane.healthChecks, ...(healthChecks ?? [])],
      version: describeVersion({
        sampanVersion,
        platform: `${process.platform}/${process.arch === 'x64' ? 'amd64' : process.arch}`,
        runtime: `node ${process.version}`,
      }),
      serverAddress: address,
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

  /** Listens; 0 takes any free port. Rejects with a `ListenError` that says what to do. */
  async listen(host: string, port: number): Promise<HttpsServer> {
    const pki = this.#pki;
    const server = await startHttpsServer({
      handler: this.#handler,
      certificate: pki.server.certificate,
      privateKey: pki.server.privateKey,
      clientAuthority: pki.authority.certificate,
      frontProxyAuthority: pki.ensureFrontProxy().authority.certificate,
      host,
      port,
    });
    this.#servers.push(server);
    return server;
  }

  /** Ends watches, lets what is in flight finish. */
  async close(): Promise<void> {
    await Promise.all(this.#servers.map(server => server.close()));
  }
}
