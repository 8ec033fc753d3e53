import type { Namespace, Pod } from '../api/generated/index.ts';
import { namespaces, serviceAccounts } from '../api/generated/index.ts';
import { builtInKinds } from '../api/index.ts';
import { Client } from '../client/index.ts';
import { type KubeObject, StatusError } from '../machinery/index.ts';
import { createObjectCodec, MemoryStore, type StoredObject, WatchCache } from '../storage/index.ts';
import { VirtualWorld } from '../world/index.ts';
import type { ApiServer } from './api-server.ts';
import type { AdmissionPlugin, Authorizer, UserInfo, VirtualResources } from './core-contract.ts';
import { createLocalTransport } from './local-transport.ts';
import { type RunningApiServer, startApiServer } from './start-api-server.ts';

const allowAll: Authorizer = { generation: 0, authorize: () => ({ allowed: true, reason: '' }) };

const admin: UserInfo = { username: 'admin', groups: ['system:masters', 'system:authenticated'] };

interface TestServerOptions {
  readonly authorizer?: Authorizer;
  readonly admission?: readonly AdmissionPlugin[];
  readonly virtual?: VirtualResources;
  readonly services?: { readonly serviceCidr?: string; readonly nodePortRange?: { from: number; to: number } };
  /** Go on with what another server left. */
  readonly store?: MemoryStore<StoredObject>;
  /** Commits take a turn of the event loop, as on a disk. */
  readonly isSlow?: boolean;
}

/** An API server over a memory store in virtual time: what the tests of this folder ask. Holds no tests itself. */
export class TestServer {
  readonly world: VirtualWorld;
  readonly store: MemoryStore<StoredObject>;
  readonly server: ApiServer;
  readonly client: Client;
  readonly #running: RunningApiServer;
  readonly #cache: WatchCache;

  private constructor(
    world: VirtualWorld,
    store: MemoryStore<StoredObject>,
    cache: WatchCache,
    running: RunningApiServer,
  ) {
    this.world = world;
    this.store = store;
    this.#cache = cache;
    this.#running = running;
    this.server = running.server;
    this.client = this.clientOf(admin);
  }

  static async start(options: TestServerOptions = {}): Promise<TestServer> {
    const world = new VirtualWorld({ seed: 7, drainMicrotasks: () => new Promise(done => setImmediate(done)) });
    const store = options.store ?? new MemoryStore({ clock: world.clock, codec: createObjectCodec() });
    if (options.isSlow === true) slowDown(store);
    const cache = await WatchCache.start({ clock: world.clock, store });
    const { authorizer = allowAll, admission, virtual, services } = options;
    const running = await startApiServer({
      world,
      store,
      cache,
      kinds: builtInKinds,
      authorizer,
      admission,
      virtual,
      services,
      advertise: [{ ip: '192.0.2.1', port: 6443 }],
    });
    return new TestServer(world, store, cache, running);
  }

  clientOf(user: UserInfo, userAgent = 'kubectl/v1.36'): Client {
    return new Client(createLocalTransport(this.server, user, userAgent));
  }

  /** A namespace in which pods can be made at once. */
  async createNamespace(name: string): Promise<Namespace> {
    const created = await this.client.create(namespaces, { metadata: { name }, spec: {} });
    await this.client.create(serviceAccounts, { metadata: { name: 'default', namespace: name } });
    return created;
  }

  /** Everything that is due has been done. */
  settle(): Promise<void> {
    return this.world.flush();
  }

  [Symbol.dispose](): void {
    this.#running.stop();
    this.#cache.stop();
  }
}

function slowDown(store: MemoryStore<StoredObject>): void {
  const commit = store.commit.bind(store);
  store.commit = async transaction => {
    await new Promise(done => setImmediate(done));
    return commit(transaction);
  };
}

/** A pod of one container. */
export function podOf(name: string, namespace = 'test', more: Partial<Pod['spec']> = {}): Pod {
  return {
    metadata: { name, namespace },
    spec: { containers: [{ name: 'app', image: 'registry.test/app' }], ...more },
  };
}

export function runningPod(pod: Pod, isReady: boolean): Pod {
  const status = isReady ? 'True' : 'False';
  return { ...pod, status: { phase: 'Running', conditions: [{ type: 'Ready', status }] } };
}

/** The StatusError that a request is refused with. */
export async function refusalOf(request: Promise<unknown>): Promise<StatusError> {
  try {
    await request;
  } catch (error) {
    if (error instanceof StatusError) return error;
    throw error;
  }
  throw new Error('the request was not refused');
}

export function namesOf(list: { readonly items: readonly KubeObject[] }): readonly string[] {
  return list.items.map(item => item.metadata.name!);
}
