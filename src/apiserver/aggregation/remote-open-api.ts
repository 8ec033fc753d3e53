import { KeyedWorker } from '../../client/index.ts';
import type { World } from '../../world/index.ts';
import type { Backend } from '../proxy/index.ts';
import { type RemoteApi, rootOf } from './remote-api.ts';
import type { RemoteApis } from './remote-apis.ts';
import type { RemoteAnswer, RemoteCalls } from './remote-calls.ts';

/** One group and version of an aggregated server in both editions, as far as the server has them. */
export interface RemoteOpenApiDocuments {
  /** `/apis/wardle.example.com/v1alpha1`, under which all paths of edition 3 lie. */
  readonly root: string;
  /** `/apis/wardle.example.com/`: what of edition 2 is the group's. */
  readonly groupRoot: string;
  readonly v3: string | undefined;
  /** The server's own, by which it tells documents apart. */
  readonly v3Hash: string | undefined;
  readonly v2: string | undefined;
}

interface Known extends RemoteOpenApiDocuments {
  readonly v2Etag: string | undefined;
  readonly failures: number;
}

/** Kubernetes: how often aggregated servers are asked whether their documents have changed. */
const refreshMs = 60_000;
const retryMinMs = 1000;
const timeoutMs = 30_000;

/** Fetches the OpenAPI documents of aggregated servers, and keeps them. */
export class RemoteOpenApi {
  /** Grows whenever a document has changed. */
  generation = 0;
  readonly #apis: RemoteApis;
  readonly #calls: RemoteCalls;
  readonly #worker: KeyedWorker;
  readonly #known = new Map<string, Known>();

  constructor(world: World, apis: RemoteApis, calls: RemoteCalls) {
    this.#apis = apis;
    this.#calls = calls;
    this.#worker = new KeyedWorker(world, {
      name: 'apiservice-openapi',
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

  list(): Iterable<RemoteOpenApiDocuments> {
    return this.#known.values();
  }

  /** Resolves to when to ask again. */
  async #refresh(name: string): Promise<number | undefined> {
    const api = this.#apis.get(name);
    const before = this.#known.get(name);
    if (api === undefined) {
      this.#known.delete(name);
      this.generation++;
      return undefined;
    }
    const next = await this.#fetch(api, before);
    if (next === undefined) {
      const failures = (before?.failures ?? 0) + 1;
      if (before !== undefined) this.#known.set(name, { ...before, failures });
      return Math.min(refreshMs, retryMinMs * 2 ** Math.min(failures, 10));
    }
    this.#known.set(name, next);
    if (before?.v3 !== next.v3 || before?.v2 !== next.v2) this.generation++;
    return refreshMs;
  }

  /** Undefined where the server cannot be asked: what is known then stays. */
  async #fetch(api: RemoteApi, before: Known | undefined): Promise<Known | undefined> {
    if (!api.isAvailable) return undefined;
    const root = rootOf(api);
    try {
      const backend = this.#calls.locate(api);
      return {
        root,
        groupRoot: api.group === '' ? '/api/' : `/apis/${api.group}/`,
        ...(await this.#fetchV3(backend, root, before)),
        ...(await this.#fetchV2(backend, before)),
        failures: 0,
      };
    } catch {
      // Told by the condition of the APIService.
      return undefined;
    }
  }

  async #fetchV3(backend: Backend, root: string, before: Known | undefined): Promise<Pick<Known, 'v3' | 'v3Hash'>> {
    const none = { v3: undefined, v3Hash: undefined };
    const index = await this.#ask(backend, '/openapi/v3');
    if (index.status !== 200) return none;
    const { paths = {} } = JSON.parse(index.text) as { paths?: Record<string, { serverRelativeURL: string }> };
    const url = paths[root.slice(1)]?.serverRelativeURL;
    if (url === undefined) return none;
    if (before?.v3 !== undefined && before.v3Hash === hashOf(url)) return { v3: before.v3, v3Hash: before.v3Hash };
    const document = await this.#ask(backend, url);
    return document.status === 200 ? { v3: document.text, v3Hash: hashOf(url) } : none;
  }

  async #fetchV2(backend: Backend, before: Known | undefined): Promise<Pick<Known, 'v2' | 'v2Etag'>> {
    const condition = before?.v2Etag === undefined ? undefined : { 'if-none-match': before.v2Etag };
    const { status, headers, text } = await this.#ask(backend, '/openapi/v2', condition);
    if (status === 304) return { v2: before?.v2, v2Etag: before?.v2Etag };
    if (status !== 200) return { v2: undefined, v2Etag: undefined };
    return { v2: text, v2Etag: headers['etag'] as string | undefined };
  }

  #ask(backend: Backend, path: string, headers?: Readonly<Record<string, string>>): Promise<RemoteAnswer> {
    return this.#calls.call(backend, {
      method: 'GET',
      path,
      headers: { accept: 'application/json', ...headers },
      timeoutMs,
    });
  }
}

/** `/openapi/v3/apis/example.com/v1?hash=0123` → `0123`; the whole address where it has none. */
function hashOf(url: string): string {
  return /[?&]hash=([^&]*)/.exec(url)?.[1] ?? url;
}
