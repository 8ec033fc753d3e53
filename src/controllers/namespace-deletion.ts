import { type Namespace, type NamespaceCondition, namespaces, pods } from '../api/generated/index.ts';
import { type Client, type Informers, KeyedWorker, type ServedTypes } from '../client/index.ts';
import { isDeepEqual, type KubeObject, type ResourceType, StatusError } from '../machinery/index.ts';
import { formatTime, type World } from '../world/index.ts';

/** How soon to look again while something still stands in the namespace. */
const againMs = 1000;

interface Remains {
  /** How many objects of each kind are left. */
  readonly objects: ReadonlyMap<string, number>;
  /** How many of them carry each finalizer. */
  readonly finalizers: ReadonlyMap<string, number>;
  readonly failures: readonly string[];
  /** Other servers' groups that nobody knows what they hold. */
  readonly staleGroups: readonly string[];
}

/**
 * Empties namespaces that are being deleted, kind by kind, and then lets them go. It works on every namespaced kind,
 * CRDs included, so it asks the server instead of looking at a view.
 */
export class NamespaceDeletion {
  readonly #world: World;
  readonly #client: Client;
  readonly #informers: Informers;
  readonly #types: ServedTypes;
  readonly #worker: KeyedWorker;

  constructor(world: World, client: Client, informers: Informers, types: ServedTypes) {
    this.#world = world;
    this.#client = client;
    this.#informers = informers;
    this.#types = types;
    this.#worker = new KeyedWorker(world, {
      name: 'namespace-controller',
      concurrency: 10,
      work: name => this.#finish(name),
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
    this.#informers.of(namespaces).onChange(namespace => {
      if (namespace?.metadata.deletionTimestamp !== undefined) this.#worker.add(namespace.metadata.name ?? '');
    });
  }

  stop(): void {
    this.#worker.stop();
  }

  async #finish(name: string): Promise<number | undefined> {
    const namespace = this.#informers.of(namespaces).get(undefined, name);
    if (namespace?.metadata.deletionTimestamp === undefined) return undefined;
    if (!namespace.spec?.finalizers?.includes('kubernetes')) return undefined;
    const remains = await this.#empty(name);
    if (remains.objects.size > 0 || remains.failures.length > 0 || remains.staleGroups.length > 0) {
      await this.#report(name, remains);
      return againMs;
    }
    await this.#finalize(namespace);
    return undefined;
  }

  /**
   * Deletes all it can. Kubernetes: OrderedNamespaceDeletion, by which nothing else goes until the last pod is gone, so
   * that network policies and the like outlive what they protect.
   *
   * Differs from Kubernetes: there the conditions claim that nothing remains as long as pods do.
   */
  async #empty(namespace: string): Promise<Remains> {
    const objects = new Map<string, number>();
    const finalizers = new Map<string, number>();
    const failures: string[] = [];
    const types = this.#types.list().filter(type => type.namespaced);
    const podsFirst = [...types.filter(isPods), ...types.filter(type => !isPods(type))];
    for (const type of podsFirst) {
      try {
        const left = await this.#emptyType(type, namespace);
        if (left.length === 0) continue;
        objects.set(`${type.resource}.${type.group}`, left.length);
        const found = left.flatMap(object => object.metadata.finalizers ?? []);
        for (const each of found) finalizers.set(each, (finalizers.get(each) ?? 0) + 1);
        if (isPods(type)) break;
        if (found.length === 0) failures.push(describeUnexpected(type, namespace));
      } catch (error) {
        if (!(error instanceof StatusError)) throw error;
        if (error.code === 404 || error.code === 405) continue;
        failures.push(
          isPods(type) ? `failed to delete pods for namespace: ${namespace}, err: ${error.message}` : error.message,
        );
      }
    }
    return { objects, finalizers, failures: failures.sort(), staleGroups: this.#types.staleGroups?.() ?? [] };
  }

  async #emptyType(type: ResourceType, namespace: string): Promise<readonly KubeObject[]> {
    const before = await this.#client.list(type, { namespace });
    if (before.items.length === 0) return [];
    await this.#client.deleteCollection(type, { namespace, propagationPolicy: 'Background' });
    return (await this.#client.list(type, { namespace })).items;
  }

  async #report(name: string, remains: Remains): Promise<void> {
    try {
      const live = await this.#client.get(namespaces, { name });
      const conditions = describeRemains(live.status?.conditions ?? [], remains, formatTime(this.#world.clock.now()));
      if (isDeepEqual(conditions, live.status?.conditions)) return;
      await this.#client.updateStatus(namespaces, { ...live, status: { ...live.status, conditions } });
    } catch (error) {
      if (!StatusError.is(error, 'NotFound') && !StatusError.is(error, 'Conflict')) throw error;
    }
  }

  async #finalize(namespace: Namespace): Promise<void> {
    const finalizers = namespace.spec?.finalizers?.filter(each => each !== 'kubernetes') ?? [];
    const object: Namespace = { ...namespace, spec: { ...namespace.spec, finalizers } };
    try {
      await this.#client.update(namespaces, object, undefined, 'finalize');
    } catch (error) {
      if (!StatusError.is(error, 'NotFound')) throw error;
    }
  }
}

function isPods(type: ResourceType): boolean {
  return type.group === pods.group && type.resource === pods.resource;
}

function describeUnexpected({ group, version, resource }: ResourceType, namespace: string): string {
  return `unexpected items still remain in namespace: ${namespace} for gvr: ${group}/${version}, Resource=${resource}`;
}

function describeStale(groups: readonly string[]): string {
  const each = groups.map(group => `${group}: stale GroupVersion discovery: ${group}`);
  const what = `unable to retrieve the complete list of server APIs: ${each.join(', ')}`;
  return `Discovery failed for some groups, ${groups.length} failing: ${what}`;
}

/** Kubernetes: the conditions that tell why a namespace is still there. */
function describeRemains(
  before: readonly NamespaceCondition[],
  remains: Remains,
  at: string,
): readonly NamespaceCondition[] {
  const list = (counts: ReadonlyMap<string, number>, say: (name: string, count: number) => string): string =>
    [...counts.keys()]
      .sort()
      .map(name => say(name, counts.get(name)!))
      .join(', ');
  const content = list(remains.objects, (resource, count) => `${resource} has ${count} resource instances`);
  const finalizers = list(remains.finalizers, (name, count) => `${name} in ${count} resource instances`);
  const condition = (type: string, isTrue: boolean, reasons: [string, string], messages: [string, string]) => {
    const status = isTrue ? 'True' : 'False';
    const previous = before.find(each => each.type === type);
    const lastTransitionTime = previous?.status === status ? previous.lastTransitionTime : at;
    const index = isTrue ? 0 : 1;
    return { type, status, reason: reasons[index], message: messages[index], lastTransitionTime };
  };
  return [
    condition(
      'NamespaceDeletionDiscoveryFailure',
      remains.staleGroups.length > 0,
      ['DiscoveryFailed', 'ResourcesDiscovered'],
      [describeStale(remains.staleGroups), 'All resources successfully discovered'],
    ),
    condition(
      'NamespaceDeletionGroupVersionParsingFailure',
      false,
      ['GroupVersionParsingFailed', 'ParsedGroupVersions'],
      ['', 'All legacy kube types successfully parsed'],
    ),
    condition(
      'NamespaceDeletionContentFailure',
      remains.failures.length > 0,
      ['ContentDeletionFailed', 'ContentDeleted'],
      [
        `Failed to delete all resource types, ${remains.failures.length} remaining: ${remains.failures.join(', ')}`,
        'All content successfully deleted, may be waiting on finalization',
      ],
    ),
    condition(
      'NamespaceContentRemaining',
      remains.objects.size > 0,
      ['SomeResourcesRemain', 'ContentRemoved'],
      [`Some resources are remaining: ${content}`, 'All content successfully removed'],
    ),
    condition(
      'NamespaceFinalizersRemaining',
      remains.finalizers.size > 0,
      ['SomeFinalizersRemain', 'ContentHasNoFinalizers'],
      [
        `Some content in the namespace has finalizers remaining: ${finalizers}`,
        'All content-preserving finalizers finished',
      ],
    ),
  ];
}
