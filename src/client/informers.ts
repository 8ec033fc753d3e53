import type { KubeObject, ResourceType } from '../machinery/index.ts';
import type { World } from '../world/index.ts';
import type { Client } from './client.ts';
import type { IndexDeclaration, View } from './controller.ts';
import { Informer, type InformerScope } from './informer.ts';

/** The informers of one process: one a kind and scope, shared by everything that looks at that kind. */
export class Informers implements View {
  readonly #world: World;
  readonly #client: Client;
  readonly #byType = new Map<string, Informer<KubeObject>>();
  /** The unscoped ones by the type object that they were asked for with: a view is asked all the time. */
  readonly #known = new WeakMap<object, Informer<KubeObject>>();

  constructor(world: World, client: Client) {
    this.#world = world;
    this.#client = client;
  }

  /** The informer of a kind, made and started on first use. */
  of<T extends KubeObject>(type: ResourceType<T>, scope: InformerScope = {}): Informer<T> {
    const id = idOf(type, scope);
    let informer = this.#byType.get(id);
    if (informer === undefined) {
      informer = new Informer<KubeObject>(this.#world, this.#client, type, scope);
      this.#byType.set(id, informer);
      informer.start();
    }
    return informer as unknown as Informer<T>;
  }

  /** Ends the informer of a kind that nobody serves any more; whoever asks for the kind again gets a new one. */
  forget(type: ResourceType): void {
    const id = idOf(type, {});
    this.#byType.get(id)?.stop();
    this.#byType.delete(id);
  }

  addIndex<T extends KubeObject>(index: IndexDeclaration<T>): void {
    this.of(index.type).addIndex(index.name, object => index.valuesOf(object));
  }

  get<T extends KubeObject>(type: ResourceType<T>, namespace: string | undefined, name: string): T | undefined {
    return this.#existing(type).get(namespace, name);
  }

  list<T extends KubeObject>(type: ResourceType<T>, namespace?: string): readonly T[] {
    return this.#existing(type).list(namespace);
  }

  listOwned<T extends KubeObject>(type: ResourceType<T>, ownerUid: string): readonly T[] {
    return this.#existing(type).listOwned(ownerUid);
  }

  listIndexed<T extends KubeObject>(type: ResourceType<T>, index: string, value: string): readonly T[] {
    return this.#existing(type).listIndexed(index, value);
  }

  /** Resolves when every informer made so far has taken in its first list. */
  async synced(): Promise<void> {
    await Promise.all([...this.#byType.values()].map(informer => informer.synced()));
  }

  stop(): void {
    for (const informer of this.#byType.values()) informer.stop();
  }

  /** A view may only be asked for kinds that somebody declared: an informer made on the fly would still be empty. */
  #existing<T extends KubeObject>(type: ResourceType<T>): Informer<T> {
    let informer = this.#known.get(type);
    if (informer === undefined) {
      informer = this.#byType.get(idOf(type, {}));
      if (informer === undefined) {
        throw new Error(`no informer for ${type.resource}: name it in the controller's secondaries`);
      }
      this.#known.set(type, informer);
    }
    return informer as unknown as Informer<T>;
  }
}

function idOf(type: ResourceType, scope: InformerScope): string {
  const base = `${type.group}/${type.version}/${type.resource}`;
  if (scope.namespace === undefined && scope.labelSelector === undefined && scope.fieldSelector === undefined) {
    return base;
  }
  return `${base}?${scope.namespace ?? ''}&${scope.labelSelector ?? ''}&${scope.fieldSelector ?? ''}`;
}
