import { KeyedWorker } from '../../client/index.ts';
import { isDeepEqual } from '../../machinery/index.ts';
import type { World } from '../../world/index.ts';
import { type DiscoveredResource, readGroupDiscovery, readResourceList } from './discovery-documents.ts';
import { type RemoteApi, rootOf } from './remote-api.ts';
import type { RemoteApis } from './remote-apis.ts';
import type { RemoteAnswer, RemoteCalls } from './remote-calls.ts';

/** What an aggregated server has said that it serves in one group and version. */
export interface RemoteGroupVersion {
  readonly api: RemoteApi;
  readonly resources: readonly DiscoveredResource[];
  /** `Stale`: it could not be asked lately. */
  readonly freshness: 'Current' | 'Stale';
}

/** Kubernetes: `discoveryRefreshInterval`, and the limits between which failed attempts are repeated. */
const refreshMs = 60_000;
const retryMinMs = 500;
const timeoutMs = 5000;
const accept = ['v2', 'v2beta1']
  .map(version => `application/json;g=apidiscovery.k8s.io;v=${version};as=APIGroupDiscoveryList`)
  .join(',');

interface Known extends Omit<RemoteGroupVersion, 'api'> {
  readonly failures: number;
}

/** Asks aggregated servers what they serve, and remembers it. Kubernetes: kube-aggregator's `discoveryManager`. */
export class RemoteDiscovery {
  readonly #apis: RemoteApis;
  readonly #calls: RemoteCalls;
  readonly #worker: KeyedWorker;
  readonly #known = new Map<string, Known>();
  readonly #listeners = new Set<() => void>();
  #changes = 0;

  constructor(world: World, apis: RemoteApis, calls: RemoteCalls) {
    this.#apis = apis;
    this.#calls = calls;
    this.#worker = new KeyedWorker(world, {
      name: 'apiservice-discovery',
      concurrency: 2,
      work: name => this.#refresh(name),
    });
  }

  start(): void {
    this.#apis.onChange((name, api) => {
      if (api !== undefined || this.#known.has(name)) this.#worker.add(name);
    });
  }

  stop(): void {
    this.#worker.stop();
  }

  /** Grows whenever `list` has changed. */
  get generation(): number {
    return this.#changes + this.#apis.generation;
  }

  *list(): Generator<RemoteGroupVersion> {
    for (const api of this.#apis.list()) {
      const known = this.#known.get(api.name);
      yield { api, resources: known?.resources ?? [], freshness: known?.freshness ?? 'Stale' };
    }
  }

  /** Tells after every change. */
  onChange(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** Resolves to when to ask again. */
  async #refresh(name: string): Promise<number | undefined> {
    const api = this.#apis.get(name);
    const before = this.#known.get(name);
    if (api === undefined) {
      this.#known.delete(name);
      this.#tell();
      return undefined;
    }
    const resources = await this.#fetch(api);
    const failures = resources === undefined ? (before?.failures ?? 0) + 1 : 0;
    const freshness = resources === undefined ? 'Stale' : 'Current';
    const next: Known = { resources: resources ?? before?.resources ?? [], freshness, failures };
    this.#known.set(name, next);
    if (before?.freshness !== freshness || !isDeepEqual(before.resources, next.resources)) this.#tell();
    return failures === 0 ? refreshMs : Math.min(refreshMs, retryMinMs * 2 ** (failures - 1));
  }

  /** Undefined where the server could not be asked, or gave no answer that makes sense. */
  async #fetch(api: RemoteApi): Promise<readonly DiscoveredResource[] | undefined> {
    // Kubernetes: a request to a server that is not available is not made.
    if (!api.isAvailable) return undefined;
    const { group, version } = api;
    try {
      const backend = this.#calls.locate(api);
      const ask = (path: string, accepted: string): Promise<RemoteAnswer> =>
        this.#calls.call(backend, { method: 'GET', path, headers: { accept: accepted }, timeoutMs });
      const whole = await ask('/apis', accept);
      if (isAggregated(whole)) return readGroupDiscovery(whole.text).get(`${group}/${version}`) ?? [];
      if (whole.status === 503) return undefined;
      const single = await ask(rootOf(api), 'application/json');
      return single.status === 200 ? readResourceList(single.text, group, version) : undefined;
    } catch {
      // Told by the condition of the APIService, and by the freshness of what is known.
      return undefined;
    }
  }

  #tell(): void {
    this.#changes++;
    for (const listener of [...this.#listeners]) listener();
  }
}

function isAggregated({ status, headers }: RemoteAnswer): boolean {
  return status === 200 && String(headers['content-type'] ?? '').includes('as=APIGroupDiscoveryList');
}
