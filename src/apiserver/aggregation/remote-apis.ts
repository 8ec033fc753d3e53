import { type APIService, apiServices } from '../../api/generated/index.ts';
import { type Client, Informer } from '../../client/index.ts';
import type { World } from '../../world/index.ts';
import { type RemoteApi, readRemoteApi } from './remote-api.ts';

/** The new state of an APIService's remote side, undefined where there is none (any more). */
export type RemoteApiListener = (name: string, api: RemoteApi | undefined) => void;

/** Follows the APIServices: which groups and versions others serve. */
export class RemoteApis {
  /** Grows with each change. */
  generation = 0;
  readonly #informer: Informer<APIService>;
  readonly #byGroupVersion = new Map<string, RemoteApi>();
  readonly #byName = new Map<string, RemoteApi>();
  readonly #listeners: RemoteApiListener[] = [];

  constructor(world: World, client: Client) {
    this.#informer = new Informer(world, client, apiServices);
  }

  get isEmpty(): boolean {
    return this.#byName.size === 0;
  }

  /** Resolves when those that were there already are known. */
  async start(): Promise<void> {
    this.#informer.onChange((object, previous) => this.#take(object ?? previous!, object));
    this.#informer.start();
    await this.#informer.synced();
  }

  stop(): void {
    this.#informer.stop();
  }

  find(group: string, version: string): RemoteApi | undefined {
    return this.#byGroupVersion.get(`${group}/${version}`);
  }

  get(name: string): RemoteApi | undefined {
    return this.#byName.get(name);
  }

  /** The object of an APIService, local ones included. */
  object(name: string): APIService | undefined {
    return this.#informer.get(undefined, name);
  }

  list(): Iterable<RemoteApi> {
    return this.#byName.values();
  }

  /** Tells of every APIService, local ones included, that is there already and of every change. */
  onChange(listener: RemoteApiListener): void {
    this.#listeners.push(listener);
    for (const { metadata } of this.#informer.list()) listener(metadata.name!, this.#byName.get(metadata.name!));
  }

  #take({ metadata }: APIService, current: APIService | undefined): void {
    const name = metadata.name ?? '';
    const before = this.#byName.get(name);
    const api = current && readRemoteApi(current);
    if (before !== undefined) {
      this.#byName.delete(name);
      this.#byGroupVersion.delete(`${before.group}/${before.version}`);
    }
    if (api !== undefined) {
      this.#byName.set(name, api);
      this.#byGroupVersion.set(`${api.group}/${api.version}`, api);
    }
    if (before !== undefined || api !== undefined) this.generation++;
    for (const listener of this.#listeners) listener(name, api);
  }
}
