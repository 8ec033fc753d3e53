import { clusterRoleBindings, clusterRoles, roleBindings, roles } from '../../../api/generated/index.ts';
import type { Transport, Watch } from '../../../client/index.ts';
import type { KubeObject, ResourceType } from '../../../machinery/index.ts';
import type { World } from '../../../world/index.ts';
import type { RbacPolicy } from './rbac-policy.ts';

type Setter = (namespace: string, name: string, object: KubeObject | undefined) => void;

const retryDelayMs = 1_000;

/**
 * Keeps a policy like the stored RBAC objects: each kind is listed, then watched from there. In the process of the
 * server a change is known in the same turn in which it is committed.
 */
export class PolicyFeed {
  readonly #transport: Transport;
  readonly #world: World;
  readonly #sources: readonly { readonly type: ResourceType; readonly set: Setter }[];
  readonly #watches = new Map<ResourceType, Watch>();
  #isStopped = false;

  constructor(transport: Transport, policy: RbacPolicy, world: World, onClusterRole: () => void) {
    this.#transport = transport;
    this.#world = world;
    this.#sources = [
      {
        type: clusterRoles,
        set: (_namespace, name, object) => {
          policy.setClusterRole(name, object);
          onClusterRole();
        },
      },
      { type: roles, set: (namespace, name, object) => policy.setRole(namespace, name, object) },
      {
        type: clusterRoleBindings,
        set: (_namespace, name, object) => policy.setClusterRoleBinding(name, object as never),
      },
      {
        type: roleBindings,
        set: (namespace, name, object) => policy.setRoleBinding(namespace, name, object as never),
      },
    ];
  }

  /** Resolves when the policy holds everything that is stored. */
  async start(): Promise<void> {
    await Promise.all(this.#sources.map(({ type, set }) => this.#follow(type, set, new Set())));
  }

  stop(): void {
    this.#isStopped = true;
    for (const watch of this.#watches.values()) watch.cancel();
    this.#watches.clear();
  }

  /** `known`: what the policy holds of this kind, to take out what is gone by a new list. */
  async #follow(type: ResourceType, set: Setter, known: Set<string>): Promise<void> {
    const list = await this.#transport.request({ verb: 'list', type });
    const items = (list as KubeObject & { readonly items: readonly KubeObject[] }).items;
    const listed = new Set(items.map(keyOf));
    for (const key of known) if (!listed.has(key)) set(...splitKey(key), undefined);
    for (const item of items) set(item.metadata.namespace ?? '', item.metadata.name ?? '', item);
    const { resourceVersion } = list.metadata;
    if (this.#isStopped) return;
    const watch = this.#transport.watch(
      { verb: 'watch', type, options: { resourceVersion } },
      {
        events: batch => {
          for (const { type: change, object } of batch) {
            if (change === 'BOOKMARK') continue;
            const isGone = change === 'DELETED';
            if (isGone) listed.delete(keyOf(object));
            else listed.add(keyOf(object));
            set(object.metadata.namespace ?? '', object.metadata.name ?? '', isGone ? undefined : object);
          }
        },
        end: () => this.#restart(type, set, listed),
      },
    );
    this.#watches.set(type, watch);
  }

  #restart(type: ResourceType, set: Setter, known: Set<string>): void {
    if (this.#isStopped) return;
    this.#world.tasks.spawn(`rbac policy ${type.resource}`, async () => {
      await this.#world.clock.sleep(retryDelayMs);
      if (!this.#isStopped) await this.#follow(type, set, known);
    });
  }
}

function keyOf({ metadata }: KubeObject): string {
  return `${metadata.namespace ?? ''}/${metadata.name ?? ''}`;
}

function splitKey(key: string): readonly [string, string] {
  const slash = key.indexOf('/');
  return [key.slice(0, slash), key.slice(slash + 1)];
}
