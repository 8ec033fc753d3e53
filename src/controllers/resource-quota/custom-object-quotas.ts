import { type ResourceQuota, resourceQuotas } from '../../api/generated/index.ts';
import type { Amounts } from '../../api/quota/index.ts';
import { type Client, type Informers, KeyedWorker, type ServedTypes } from '../../client/index.ts';
import { type KubeObject, type ResourceType, StatusError } from '../../machinery/index.ts';
import type { World } from '../../world/index.ts';
import { isCountedHere } from './resource-quota.ts';

/**
 * Counts the objects of custom kinds for quotas of `count/PLURAL.GROUP`. They come and go with their CRDs, so they cannot be
 * among what the controller of all other resources looks at; what this one writes, that one leaves alone.
 */
export class CustomObjectQuotas {
  readonly #client: Client;
  readonly #informers: Informers;
  readonly #types: ServedTypes;
  readonly #worker: KeyedWorker;
  /** Followed, by `count/PLURAL.GROUP`. */
  readonly #followed = new Map<string, ResourceType>();
  readonly #listened = new WeakSet<object>();
  #stopListening: (() => void) | undefined;

  constructor(world: World, client: Client, informers: Informers, types: ServedTypes) {
    this.#client = client;
    this.#informers = informers;
    this.#types = types;
    this.#worker = new KeyedWorker(world, {
      name: 'custom-resource-quotas',
      concurrency: 5,
      work: namespace => this.#count(namespace),
    });
  }

  /** For metrics. */
  get queue(): KeyedWorker['queue'] {
    return this.#worker.queue;
  }

  get isIdle(): boolean {
    return this.#worker.isIdle;
  }

  start(): void {
    this.#informers.of(resourceQuotas).onChange(quota => {
      if (quota !== undefined && namesOf(quota).length > 0) this.#worker.add(quota.metadata.namespace ?? '');
    });
    this.#stopListening = this.#types.onChange(() => this.#lookAgain());
  }

  stop(): void {
    this.#stopListening?.();
    this.#worker.stop();
  }

  /** Kinds have come or gone. */
  #lookAgain(): void {
    this.#followed.clear();
    for (const quota of this.#informers.of(resourceQuotas).list()) {
      if (namesOf(quota).length > 0) this.#worker.add(quota.metadata.namespace ?? '');
    }
  }

  async #count(namespace: string): Promise<undefined> {
    for (const quota of this.#informers.of(resourceQuotas).list(namespace)) {
      const names = namesOf(quota);
      if (names.length === 0 || quota.metadata.deletionTimestamp !== undefined) continue;
      const counted: Record<string, string> = {};
      for (const name of names) {
        const type = await this.#follow(name);
        if (type !== undefined) counted[name] = String(this.#informers.of(type).list(namespace).length);
      }
      await this.#write(quota, names, counted);
    }
  }

  /** The kind that a quota names, as far as it is served. */
  async #follow(name: string): Promise<ResourceType | undefined> {
    const known = this.#followed.get(name);
    if (known !== undefined) return known;
    const type = this.#types.list().find(each => each.namespaced && name === `count/${each.resource}.${each.group}`);
    if (type === undefined) return undefined;
    this.#followed.set(name, type);
    const informer = this.#informers.of(type);
    await informer.synced();
    if (this.#listened.has(informer)) return type;
    this.#listened.add(informer);
    // What is new has been charged by admission.
    informer.onChange((object: KubeObject | undefined, previous: KubeObject | undefined) => {
      if (object === undefined) this.#worker.add(previous?.metadata.namespace ?? '');
    });
    return type;
  }

  async #write(quota: ResourceQuota, names: readonly string[], counted: Amounts): Promise<void> {
    const { hard: limits = {}, used = {} } = quota.status ?? {};
    const hard = quota.spec?.hard ?? {};
    const isWritten = names.every(name => used[name] === counted[name] && limits[name] === hard[name]);
    if (isWritten) return;
    const others = Object.entries(used).filter(([name]) => !names.includes(name));
    const status = { hard, used: { ...Object.fromEntries(others), ...counted } };
    try {
      await this.#client.updateStatus(resourceQuotas, { ...quota, status });
    } catch (error) {
      // It has changed, and so comes back, or it is gone.
      if (!StatusError.is(error, 'Conflict') && !StatusError.is(error, 'NotFound')) throw error;
    }
  }
}

function namesOf(quota: ResourceQuota): readonly string[] {
  return Object.keys(quota.spec?.hard ?? {}).filter(name => name.startsWith('count/') && !isCountedHere(name));
}
