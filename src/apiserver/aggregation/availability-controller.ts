import {
  type APIService,
  type APIServiceCondition,
  apiServices,
  endpointSlices,
  services,
} from '../../api/generated/index.ts';
import { type Client, type Informers, KeyedWorker } from '../../client/index.ts';
import { isDeepEqual, type KubeObject, StatusError } from '../../machinery/index.ts';
import { formatTime, type World } from '../../world/index.ts';
import type { ObjectView } from '../object-view.ts';
import { formatHost } from '../proxy/index.ts';
import { AvailabilityMetrics } from './availability-metrics.ts';
import { type Availability, failedDiscovery, judgeService, locallyAvailable, passed } from './judge-availability.ts';
import { type RemoteApi, rootOf } from './remote-api.ts';
import type { RemoteApis } from './remote-apis.ts';
import type { RemoteCalls } from './remote-calls.ts';

/** Kubernetes: how often an aggregated server is asked though nothing has changed. */
const resyncMs = 30_000;
const retryMinMs = 5;
const checkTimeoutMs = 5000;
/** Kubernetes: of so many attempts at once, to endpoints by chance, one success is enough. */
const attempts = 5;

export interface AvailabilityOptions {
  readonly world: World;
  /** Acts for the server itself. */
  readonly client: Client;
  readonly informers: Informers;
  readonly view: ObjectView;
  readonly apis: RemoteApis;
  readonly calls: RemoteCalls;
}

/**
 * Tells in each APIService whether it can be used. Kubernetes: the remote and the local availability controllers of
 * kube-aggregator.
 */
export class AvailabilityController {
  readonly metrics = new AvailabilityMetrics();
  readonly #options: AvailabilityOptions;
  readonly #worker: KeyedWorker;
  readonly #failures = new Map<string, number>();
  #isFollowing = false;

  constructor(options: AvailabilityOptions) {
    this.#options = options;
    this.#worker = new KeyedWorker(options.world, {
      name: 'apiservice-availability',
      concurrency: 5,
      work: name => this.#check(name),
    });
  }

  start(): void {
    this.#options.apis.onChange((name, api) => {
      if (api !== undefined) this.#followServices();
      this.#worker.add(name);
    });
  }

  stop(): void {
    this.#worker.stop();
  }

  /** Services and their endpoints are followed only where an APIService depends on them: there are many. */
  #followServices(): void {
    if (this.#isFollowing) return;
    this.#isFollowing = true;
    const { informers } = this.#options;
    const wake = (namespace = '', service = ''): void => this.#wake(namespace, service);
    informers.of(services).onChange((object, previous) => {
      const { metadata } = (object ?? previous)!;
      wake(metadata.namespace, metadata.name);
    });
    informers.of(endpointSlices).onChange((object, previous) => {
      const { metadata } = (object ?? previous)! as KubeObject;
      wake(metadata.namespace, metadata.labels?.['kubernetes.io/service-name']);
    });
  }

  #wake(namespace: string, name: string): void {
    for (const { service, name: api } of this.#options.apis.list()) {
      if (service.name === name && service.namespace === namespace) this.#worker.add(api);
    }
  }

  async #check(name: string): Promise<number | undefined> {
    const { apis } = this.#options;
    const object = apis.object(name);
    if (object === undefined) {
      this.metrics.forget(name);
      return undefined;
    }
    const api = apis.get(name);
    if (api === undefined) {
      await this.#report(object, locallyAvailable);
      return undefined;
    }
    const found = judgeService(this.#options.view, api.service) ?? (await this.#ask(api));
    // The check took its time: what is told is told of the APIService as it is now.
    const current = apis.object(name);
    if (current !== undefined) await this.#report(current, found);
    if (found.reason === 'FailedDiscoveryCheck') return this.#delayAfterFailure(name);
    this.#failures.delete(name);
    return resyncMs;
  }

  /** Kubernetes: a server that does not answer is asked again soon, and then less and less often. */
  #delayAfterFailure(name: string): number {
    const failures = this.#failures.get(name) ?? 0;
    this.#failures.set(name, failures + 1);
    return Math.min(resyncMs, retryMinMs * 2 ** failures);
  }

  async #ask(api: RemoteApi): Promise<Availability> {
    try {
      await Promise.any(Array.from({ length: attempts }, () => this.#askOnce(api)));
      return passed;
    } catch (error) {
      return failedDiscovery(((error as AggregateError).errors.at(-1) as Error).message);
    }
  }

  async #askOnce(api: RemoteApi): Promise<void> {
    const { calls } = this.#options;
    const backend = calls.locate(api);
    const path = rootOf(api);
    const url = `https://${formatHost(backend)}${path}`;
    let status: number;
    try {
      ({ status } = await calls.call(backend, { method: 'GET', path, timeoutMs: checkTimeoutMs }));
    } catch (error) {
      throw new Error(`failing or missing response from ${url}: Get "${url}": ${(error as Error).message}`);
    }
    if (status >= 200 && status < 300) return;
    throw new Error(`failing or missing response from ${url}: bad status from ${url}: ${status}`);
  }

  async #report(object: APIService, found: Availability): Promise<void> {
    const { client, world } = this.#options;
    this.metrics.note(object.metadata.name ?? '', found);
    const conditions = setAvailable(object.status?.conditions ?? [], found, formatTime(world.clock.now()));
    if (isDeepEqual(conditions, object.status?.conditions)) return;
    try {
      await client.updateStatus(apiServices, { ...object, status: { ...object.status, conditions } });
    } catch (error) {
      if (!StatusError.is(error, 'NotFound')) throw error;
    }
  }
}

function setAvailable(
  conditions: readonly APIServiceCondition[],
  found: Availability,
  now: string,
): readonly APIServiceCondition[] {
  const previous = conditions.find(({ type }) => type === 'Available');
  const lastTransitionTime = previous?.status === found.status ? previous.lastTransitionTime : now;
  const next = {
    lastTransitionTime,
    message: found.message,
    reason: found.reason,
    status: found.status,
    type: 'Available',
  };
  return previous === undefined ? [...conditions, next] : conditions.map(each => (each === previous ? next : each));
}
