import { defaultIssuer, type TokenSettings } from '../../apiserver/auth/index.ts';
import { ApiHandler, createOpenApi, describeVersion, type HealthCheck } from '../../apiserver/http/index.ts';
import type { NodeConnections } from '../../apiserver/index.ts';
import type { ControlPlane } from '../../cluster/index.ts';
import { PackageDescriptions } from '../../drivers/descriptions/index.ts';
import { type HttpsServer, ListenError, startHttpsServer } from '../../drivers/http/index.ts';
import type { ClusterPki } from '../../drivers/tls/index.ts';
import { createJoseTokenSigner } from '../../drivers/tokens/index.ts';
import type { World } from '../../world/index.ts';
import { CommandError } from '../command-error.ts';
import { formatProcessMetrics } from './process-metrics.ts';

export interface ServingOptions {
  readonly world: World;
  readonly plane: ControlPlane;
  readonly tokens: TokenSettings;
  readonly nodes: NodeConnections;
  readonly healthChecks: readonly HealthCheck[];
  readonly sampanVersion: string;
  /** `127.0.0.1:6443` */
  readonly serverAddress: string;
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
    nodes: options.nodes,
    version: describeVersion({ sampanVersion, platform: describePlatform(), runtime: `node ${process.version}` }),
    serverAddress: options.serverAddress,
    healthChecks: options.healthChecks,
    metricsSources: [formatProcessMetrics],
    openApi: createOpenApi(plane.server.resources, {
      version: 'v1.36.0',
      descriptions: new PackageDescriptions(),
    }),
    issuer: {
      issuer: tokens.issuer,
      signingAlgorithms: [tokens.signer.algorithm],
      keySet: () => tokens.signer.keySet(),
    },
  });
}

export interface Door {
  readonly host: string;
  readonly port: number;
}

/** Opens a door for the handler. Throws a `CommandError` that says what to do when somebody else has it. */
export async function openDoor(handler: ApiHandler, pki: ClusterPki, door: Door): Promise<HttpsServer> {
  try {
    return await startHttpsServer({
      handler,
      certificate: pki.server.certificate,
      privateKey: pki.server.privateKey,
      clientAuthority: pki.authority.certificate,
      ...door,
    });
  } catch (error) {
    if (!(error instanceof ListenError)) throw error;
    throw new CommandError(`${error.message}${adviceFor(error, door)}`, { cause: error });
  }
}

function adviceFor({ code }: ListenError, { port }: Door): string {
  if (code === 'EADDRINUSE') {
    return ` (ss -ltnp 'sport = :${port}' shows which program it is; sampan up --port 0 takes any free port)`;
  }
  if (code === 'EADDRNOTAVAIL') return ': choose another --bind-address (ip address lists them)';
  return '';
}

/** As Go names platforms. */
function describePlatform(): string {
  const architectures: Readonly<Record<string, string>> = { x64: 'amd64', ia32: '386' };
  return `${process.platform}/${architectures[process.arch] ?? process.arch}`;
}
