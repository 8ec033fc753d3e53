import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { schemaOfKind, servedResources } from '../../src/api/generated/index.ts';
import { type KindDefinition, type KindRules, publishVersion } from '../../src/api/index.ts';
import type { ApiServer } from '../../src/apiserver/api-server.ts';
import { AccessControl, defaultIssuer, serverUser } from '../../src/apiserver/auth/index.ts';
import { ApiHandler, describeVersion } from '../../src/apiserver/http/index.ts';
import type { NodeConnections } from '../../src/apiserver/index.ts';
import { createLocalTransport } from '../../src/apiserver/local-transport.ts';
import { startApiServer as startCore } from '../../src/apiserver/start-api-server.ts';
import { Client } from '../../src/client/index.ts';
import { startHttpsServer } from '../../src/drivers/http/index.ts';
import { type ClusterPki, ensureClusterPki, writeKubeconfig } from '../../src/drivers/tls/index.ts';
import { createJoseTokenSigner } from '../../src/drivers/tokens/index.ts';
import { type KubeObject, OpenApiDocuments, type UnknownObject } from '../../src/machinery/index.ts';
import { createObjectCodec, MemoryStore, type StoredObject, WatchCache } from '../../src/storage/index.ts';
import { createRealWorld } from './real-world.ts';

export interface RunningApiServer extends AsyncDisposable {
  readonly port: number;
  readonly directory: string;
  readonly kubeconfig: string;
  readonly pki: ClusterPki;
  readonly server: ApiServer;
  /** Acts for the server itself. */
  readonly client: Client;
}

export interface StartOptions {
  readonly port?: number;
  readonly nodes?: NodeConnections;
}

const bareRules: KindRules = {
  validateName: () => [],
  status: {
    prepareForUpdate: (object, old) => ({ ...old, status: (object as UnknownObject)['status'] }) as KubeObject,
  },
};

/** Every kind: with its own rules where there is a file for it, by its generated facts alone otherwise. */
async function loadKinds(): Promise<readonly KindDefinition[]> {
  const folder = join(import.meta.dirname, '../../src/api/kinds');
  const files = readdirSync(folder).filter(
    file => file.endsWith('.ts') && !file.endsWith('.test.ts') && file !== 'index.ts',
  );
  const modules = await Promise.all(files.map(file => import(join(folder, file))));
  const defined = new Map<unknown, KindDefinition>();
  for (const value of modules.flatMap(module => Object.values(module))) {
    const kind = value as KindDefinition | undefined;
    if (kind?.storage !== undefined && Array.isArray(kind.versions)) {
      for (const { type } of kind.versions) defined.set(type, kind);
    }
  }
  const bare = servedResources
    .filter(({ type }) => !defined.has(type))
    .map(({ type, verbs, subresources }): KindDefinition => {
      const schema = () => schemaOfKind(type.group, type.version, type.kind);
      return { storage: type, versions: [{ type, verbs, subresources, schema }], rules: bareRules };
    });
  return [...new Set(defined.values()), ...bare].map(kind =>
    kind.storage.resource === 'apiservices' ? { ...kind, rules: { validateName: () => [], ...kind.rules } } : kind,
  );
}

/** A whole API server on a port of 127.0.0.1, over a store in memory: everything but controllers and nodes. */
export async function startApiServer(options: StartOptions = {}): Promise<RunningApiServer> {
  const world = createRealWorld();
  const directory = mkdtempSync(join(tmpdir(), 'sampan-api-'));
  const pki = ensureClusterPki({ directory, nowMs: world.clock.now() });
  const store = new MemoryStore<StoredObject>({ clock: world.clock, codec: createObjectCodec() });
  const cache = await WatchCache.start({ clock: world.clock, store });
  const tokens = {
    signer: createJoseTokenSigner(pki.serviceAccountKey),
    issuer: defaultIssuer,
    audiences: [defaultIssuer],
  };
  const access = new AccessControl({ world, tokens });
  const { authorizer, admission, virtual } = access;
  const kinds = await loadKinds();
  const core = await startCore({ world, store, cache, kinds, authorizer, admission, virtual });
  const { server } = core;
  const transport = createLocalTransport(server, serverUser);
  const client = new Client(transport);
  await access.start(transport, server.view);
  const handler = new ApiHandler({
    world,
    core: server,
    authenticator: access.authenticator,
    authorizer,
    nodes: options.nodes,
    version: describeVersion({ sampanVersion: '0.1.0', platform: 'linux/amd64', runtime: `node ${process.version}` }),
    serverAddress: '127.0.0.1:6443',
    openApi: new OpenApiDocuments({
      resources: () => server.resources.list().map(({ version }) => publishVersion(version)),
      generation: () => server.resources.generation,
      schemaOfKind,
      version: 'v1.36.0',
    }),
    issuer: {
      issuer: tokens.issuer,
      signingAlgorithms: [tokens.signer.algorithm],
      keySet: () => tokens.signer.keySet(),
    },
  });
  const https = await startHttpsServer({
    handler,
    certificate: pki.server.certificate,
    privateKey: pki.server.privateKey,
    clientAuthority: pki.authority.certificate,
    port: options.port ?? 0,
  });
  const kubeconfig = join(directory, 'admin.kubeconfig');
  writeKubeconfig(kubeconfig, {
    server: `https://127.0.0.1:${https.port}`,
    certificateAuthority: pki.authority.certificate,
    clientCertificate: pki.admin.certificate,
    clientKey: pki.admin.privateKey,
  });
  return {
    port: https.port,
    directory,
    kubeconfig,
    pki,
    server,
    client,
    [Symbol.asyncDispose]: async () => {
      access.stop();
      core.stop();
      await https.close(500);
      await store.close();
      rmSync(directory, { recursive: true });
    },
  };
}
