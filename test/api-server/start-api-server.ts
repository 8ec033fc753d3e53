import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { AuditLog } from '../../src/apiserver/audit/index.ts';
import type { RequestLimits } from '../../src/apiserver/http/index.ts';
import type { ApiServer, NodeConnections } from '../../src/apiserver/index.ts';
import type { Client } from '../../src/client/index.ts';
import { ControlPlane } from '../../src/cluster/index.ts';
import {
  type AccessWebhookSettings,
  type AuthenticationSettings,
  openAccessWebhook,
  openAuthentication,
} from '../../src/drivers/authentication/index.ts';
import { createTokenSettings, FrontDoor } from '../../src/drivers/front-door/index.ts';
import { createNodeWorld } from '../../src/drivers/node-world.ts';
import { HttpsCalls } from '../../src/drivers/outbound/index.ts';
import { NodeReverseProxy } from '../../src/drivers/proxy/index.ts';
import {
  type ClusterPki,
  createCertificateOperations,
  ensureClusterPki,
  writeKubeconfig,
} from '../../src/drivers/tls/index.ts';
import { signDetached } from '../../src/drivers/tokens/index.ts';
import { createLogWriter } from '../../src/drivers/world/index.ts';
import { createObjectCodec, MemoryStore, type Store, type StoredObject } from '../../src/storage/index.ts';
import type { World } from '../../src/world/index.ts';

export interface RunningApiServer extends AsyncDisposable {
  readonly port: number;
  readonly directory: string;
  readonly kubeconfig: string;
  readonly pki: ClusterPki;
  readonly server: ApiServer;
  /** Acts for the cluster's admin. */
  readonly client: Client;
}

export interface StartOptions {
  readonly port?: number;
  readonly nodes?: NodeConnections;
  /** Default: in memory. */
  readonly openStore?: (world: World, directory: string) => Promise<Store<StoredObject>>;
  readonly hasControllers?: boolean;
  /** How many requests are worked on at once. */
  readonly requestsInFlightMax?: number;
  readonly limits?: RequestLimits;
  readonly audit?: AuditLog;
  /** Issuers and webhooks that know tokens, as flags name them. */
  readonly authentication?: AuthenticationSettings;
  readonly accessWebhook?: AccessWebhookSettings;
}

/** A whole API server on a port of 127.0.0.1: everything but nodes and, unless asked for, controllers. */
export async function startApiServer(options: StartOptions = {}): Promise<RunningApiServer> {
  const write = (line: string): void => void process.stderr.write(line);
  const world = createNodeWorld({ writeLog: createLogWriter({ level: 'error', format: 'text', write }) });
  const directory = mkdtempSync(join(tmpdir(), 'sampan-api-'));
  const pki = ensureClusterPki({ directory, nowMs: world.clock.now() });
  const { openStore = openMemoryStore, accessWebhook } = options;
  const store = await openStore(world, directory);
  const tokens = createTokenSettings(pki);
  const frontProxy = pki.ensureFrontProxy();
  const outbound = new HttpsCalls();
  const reverseProxy = new NodeReverseProxy();
  const plane = await ControlPlane.start({
    world,
    outbound,
    reverseProxy,
    store,
    tokens,
    authentication: await openAuthentication(options.authentication ?? {}),
    accessWebhook: accessWebhook === undefined ? undefined : await openAccessWebhook(accessWebhook),
    certificates: createCertificateOperations(pki.authority),
    signDetached,
    certificateAuthority: pki.authority.certificate,
    requestHeader: { authority: frontProxy.authority.certificate, allowedNames: [frontProxy.commonName] },
    aggregatorCertificate: { certificate: frontProxy.client.certificate, key: frontProxy.client.privateKey },
    requestsInFlightMax: options.requestsInFlightMax,
    audit: options.audit,
    without: options.hasControllers === true ? ['scheduler'] : ['controllers', 'scheduler'],
  });
  const { nodes, limits } = options;
  const door = new FrontDoor({ world, plane, pki, tokens, nodes, limits, sampanVersion: '0.1.0' }, '127.0.0.1:6443');
  const { port } = await door.listen('127.0.0.1', options.port ?? 0);
  const kubeconfig = join(directory, 'admin.kubeconfig');
  writeKubeconfig(kubeconfig, {
    server: `https://127.0.0.1:${port}`,
    certificateAuthority: pki.authority.certificate,
    clientCertificate: pki.admin.certificate,
    clientKey: pki.admin.privateKey,
  });
  return {
    port,
    directory,
    kubeconfig,
    pki,
    server: plane.server,
    client: plane.client(),
    [Symbol.asyncDispose]: async () => {
      await door.close();
      plane.stop();
      outbound.close();
      reverseProxy.close();
      await store.close();
      rmSync(directory, { recursive: true });
    },
  };
}

async function openMemoryStore({ clock }: World): Promise<Store<StoredObject>> {
  return new MemoryStore<StoredObject>({ clock, codec: createObjectCodec() });
}
