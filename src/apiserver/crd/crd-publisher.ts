import { type CustomResourceDefinition, customResourceDefinitions } from '../../api/generated/index.ts';
import type { ResourceRequest, Watch } from '../../client/index.ts';
import { StatusError } from '../../machinery/index.ts';
import type { CacheEvent, WatchCache } from '../../storage/index.ts';
import type { CallContext, ServedResource } from '../core-contract.ts';
import { deleteNamed } from '../requests/delete.ts';
import { rewriteObject } from '../requests/rewrite.ts';
import type { Endpoint } from '../resources/endpoint.ts';
import type { LiveRegistry } from '../resources/live-registry.ts';
import type { ServerContext } from '../server-context.ts';
import { acceptNames } from './accept-names.ts';
import { withApproval } from './api-approval.ts';
import { type ConverterSource, createConverterSource } from './conversion/index.ts';
import { type Condition, cleanupFinalizer, hasCondition, withCondition } from './crd-conditions.ts';
import { defineCustomKind } from './define-custom-kind.ts';

/** Kubernetes: how often it looks whether the objects of a going CRD are gone. */
const cleanupPollMs = 5000;

/**
 * Follows the CustomResourceDefinitions: gives them their names and conditions, serves what is established, and removes
 * the objects of those that go. Kubernetes: the naming, establishing and finalizing controllers of the extensions server.
 */
export class CrdPublisher {
  readonly #server: ServerContext;
  readonly #registry: LiveRegistry;
  readonly #cache: WatchCache;
  readonly #call: CallContext;
  readonly #convertBy: ConverterSource;
  readonly #cleaning = new Set<string>();
  /** By CRD, what of it decides what is served. */
  readonly #served = new Map<string, string>();
  #reviewing: Promise<void> = Promise.resolve();
  #watch: Watch | undefined;
  #isStopped = false;

  constructor(server: ServerContext, registry: LiveRegistry, cache: WatchCache, call: CallContext) {
    this.#server = server;
    this.#convertBy = createConverterSource(server.webhooks, () => server.rules.uuid());
    this.#registry = registry;
    this.#cache = cache;
    this.#call = call;
  }

  start(): void {
    this.#watch = this.#endpoint.cache.watch(
      {},
      {
        events: batch => {
          for (const event of batch) this.#take(event);
        },
        end: error => {
          if (error !== undefined && !this.#isStopped)
            this.#server.world.log.error('CRDs are no longer followed', { error });
        },
      },
    );
  }

  stop(): void {
    this.#isStopped = true;
    this.#watch?.cancel();
  }

  get #endpoint(): Endpoint {
    return this.#server.endpoints.get(customResourceDefinitions);
  }

  #take(event: CacheEvent): void {
    if (event.type === 'BOOKMARK') return;
    const crd = event.object as unknown as CustomResourceDefinition;
    const name = crd.metadata.name!;
    if (event.type === 'DELETED') {
      this.#retire(name);
      this.#reviewGroup(crd.spec.group, name);
      return;
    }
    this.#serve(name, crd);
    if (crd.metadata.deletionTimestamp !== undefined) this.#startCleanup(crd);
    this.#review(name);
  }

  /** Established once, served on: a later conflict of names does not end it. */
  #serve(name: string, crd: CustomResourceDefinition): void {
    if (!hasCondition(crd, 'Established')) return;
    const what = fingerprint(crd);
    if (this.#served.get(name) === what) return;
    this.#served.set(name, what);
    this.#registry.setCustom(name, defineCustomKind(crd, this.#convertBy));
  }

  #retire(name: string): void {
    this.#served.delete(name);
    const served = this.#registry.custom(name);
    this.#registry.setCustom(name, []);
    for (const { definition } of served ?? []) this.#cache.forget(definition.storage);
  }

  /** Names that were in conflict may be free now. */
  #reviewGroup(group: string, except: string): void {
    for (const crd of this.#list()) {
      if (crd.spec.group === group && crd.metadata.name !== except) this.#review(crd.metadata.name!);
    }
  }

  #list(): readonly CustomResourceDefinition[] {
    return this.#endpoint.cache.select({}).map(stored => stored.object as unknown as CustomResourceDefinition);
  }

  #review(name: string): void {
    const stored = this.#endpoint.find('', name);
    if (stored === undefined) return;
    const crd = stored.object as unknown as CustomResourceDefinition;
    if (this.#settle(crd) === crd) return;
    // One after the other, because each has to see what the one before was given.
    const turn = this.#reviewing.then(() => this.#rewrite(name, current => this.#settle(current)));
    this.#reviewing = turn.catch(() => undefined);
    this.#spawn(`accept names of ${name}`, () => turn);
  }

  #settle(crd: CustomResourceDefinition): CustomResourceDefinition {
    const { now } = this.#server.rules;
    return withApproval(acceptNames(crd, this.#list(), now), now);
  }

  async #rewrite(name: string, change: (crd: CustomResourceDefinition) => CustomResourceDefinition): Promise<void> {
    try {
      await rewriteObject(this.#server, this.#endpoint, { namespace: '', name }, change);
    } catch (error) {
      if (!StatusError.is(error, 'NotFound')) throw error;
    }
  }

  #startCleanup(crd: CustomResourceDefinition): void {
    const name = crd.metadata.name!;
    if (this.#cleaning.has(name) || !crd.metadata.finalizers?.includes(cleanupFinalizer)) return;
    this.#cleaning.add(name);
    this.#spawn(`remove objects of ${name}`, async () => {
      try {
        await this.#cleanUp(crd);
      } finally {
        this.#cleaning.delete(name);
      }
    });
  }

  async #cleanUp(crd: CustomResourceDefinition): Promise<void> {
    await this.#tell(crd, {
      type: 'Terminating',
      status: 'True',
      reason: 'InstanceDeletionInProgress',
      message: 'CustomResource deletion is in progress',
    });
    const isServed = hasCondition(crd, 'Established');
    while (isServed && !this.#isStopped && (await this.#deleteObjects(crd)) > 0) {
      await this.#server.world.clock.sleep(cleanupPollMs);
    }
    if (!this.#isStopped) await this.#finish(crd, isServed);
  }

  #tell(crd: CustomResourceDefinition, condition: Condition): Promise<void> {
    return this.#rewrite(crd.metadata.name!, current => withCondition(current, condition, this.#server.rules.now));
  }

  /** Asks for the deletion of all that is there. Resolves to how many are left, waiting for their finalizers. */
  async #deleteObjects(crd: CustomResourceDefinition): Promise<number> {
    const [served] = this.#registry.custom(crd.metadata.name!) ?? [];
    if (served === undefined) return 0;
    const endpoint = this.#server.endpoints.of(withoutConversion(served));
    for (const { object } of endpoint.cache.select({})) {
      const { namespace, name, deletionTimestamp } = object.metadata;
      if (deletionTimestamp !== undefined) continue;
      const request: ResourceRequest = { verb: 'delete', type: endpoint.type, namespace, name };
      try {
        await deleteNamed(this.#server, endpoint, request, this.#call, { dryRun: false }, name!);
      } catch (error) {
        if (!StatusError.is(error, 'NotFound')) throw error;
      }
    }
    return endpoint.cache.select({}).length;
  }

  async #finish(crd: CustomResourceDefinition, wasServed: boolean): Promise<void> {
    await this.#tell(crd, {
      type: 'Terminating',
      status: 'False',
      reason: wasServed ? 'InstanceDeletionCompleted' : 'NeverEstablished',
      message: wasServed ? 'removed all instances' : 'resource was never established',
    });
    await this.#letGo(crd.metadata.name!);
  }

  /** Takes the finalizer off, and with the last one the CRD goes. */
  async #letGo(name: string): Promise<void> {
    await this.#rewrite(name, current => ({
      ...current,
      metadata: {
        ...current.metadata,
        finalizers: current.metadata.finalizers?.filter(finalizer => finalizer !== cleanupFinalizer),
      },
    }));
    const stored = this.#endpoint.find('', name);
    if (stored === undefined || (stored.object.metadata.finalizers?.length ?? 0) > 0) return;
    await this.#server.store.commit({
      compare: [{ key: stored.key, modRevision: stored.revision }],
      operations: [{ delete: stored.key }],
    });
  }

  #spawn(what: string, work: () => Promise<void>): void {
    this.#server.world.tasks.spawn(what, async () => {
      if (this.#isStopped) return;
      try {
        await work();
      } catch (error) {
        if (!this.#isStopped) throw error;
      }
    });
  }
}

/**
 * Differs from Kubernetes: objects of a going CRD go as they are stored; its webhook, which often goes at the same time,
 * is not asked.
 */
function withoutConversion(resource: ServedResource): ServedResource {
  return resource.crd?.conversion === undefined
    ? resource
    : { ...resource, crd: { ...resource.crd, conversion: undefined } };
}

function fingerprint(crd: CustomResourceDefinition): string {
  const { uid, generation, deletionTimestamp } = crd.metadata;
  return JSON.stringify([uid, generation, deletionTimestamp !== undefined, crd.status?.acceptedNames]);
}
