import { type ConfigMap, configMaps, type Pod, type Secret, secrets } from '../../api/generated/index.ts';
import { type Client, Informer } from '../../client/index.ts';
import type { KubeObject } from '../../machinery/index.ts';
import type { World } from '../../world/index.ts';
import { listReferences, type ObjectReference, type ReferenceKind } from './list-references.ts';

/** ConfigMaps and Secrets that pods of this node refer to, as far as they exist. */
export interface ObjectLookup {
  find(kind: ReferenceKind, namespace: string, name: string): ConfigMap | Secret | undefined;
}

interface Watched {
  readonly kind: ReferenceKind;
  readonly informer: Informer<KubeObject>;
  readonly users: Set<string>;
}

const syncTimeoutMs = 5000;

/**
 * Follows exactly those ConfigMaps and Secrets that pods of this node use: a watch each, as long as somebody uses it.
 * Kubernetes: the watch-based managers; a node may not list what is not its own.
 */
export class ReferencedObjects implements ObjectLookup {
  readonly #world: World;
  readonly #client: Client;
  readonly #onChange: (podUid: string) => void;
  readonly #watched = new Map<string, Watched>();
  readonly #byPod = new Map<string, ReadonlySet<string>>();

  /** `onChange` hears of every pod that uses something that has changed. */
  constructor(world: World, client: Client, onChange: (podUid: string) => void) {
    this.#world = world;
    this.#client = client;
    this.#onChange = onChange;
  }

  find(kind: ReferenceKind, namespace: string, name: string): ConfigMap | Secret | undefined {
    const watched = this.#watched.get(`${kind}/${namespace}/${name}`);
    return watched?.informer.get(namespace, name) as ConfigMap | Secret | undefined;
  }

  /** Changes whenever something that the pod refers to does. */
  versionOf(pod: Pod): string {
    return listReferences(pod)
      .map(({ kind, namespace, name }) => this.find(kind, namespace, name)?.metadata.resourceVersion ?? '-')
      .join(',');
  }

  /** Follows what the pod refers to. Rejects with upstream's text when the API server does not answer. */
  async register(pod: Pod): Promise<void> {
    const uid = pod.metadata.uid ?? '';
    const references = listReferences(pod);
    const keys = new Set(references.map(keyOfReference));
    this.#release(uid, keys);
    this.#byPod.set(uid, keys);
    const opened = references.map(reference => this.#open(reference, uid));
    await Promise.all(opened.filter(({ informer }) => !informer.hasSynced).map(watched => this.#untilSynced(watched)));
  }

  release(uid: string): void {
    this.#release(uid, new Set());
    this.#byPod.delete(uid);
  }

  stop(): void {
    for (const { informer } of this.#watched.values()) informer.stop();
    this.#watched.clear();
  }

  #open(reference: ObjectReference, uid: string): Watched {
    const key = keyOfReference(reference);
    let watched = this.#watched.get(key);
    if (watched === undefined) {
      const { kind, namespace, name } = reference;
      const type = kind === 'configmap' ? configMaps : secrets;
      const scope = { namespace, fieldSelector: `metadata.name=${name}` };
      const informer = new Informer<KubeObject>(this.#world, this.#client, type, scope);
      watched = { kind, informer, users: new Set() };
      this.#watched.set(key, watched);
      const { users } = watched;
      informer.onChange(() => {
        for (const user of users) this.#onChange(user);
      });
      informer.start();
    }
    watched.users.add(uid);
    return watched;
  }

  async #untilSynced({ kind, informer }: Watched): Promise<void> {
    const late = this.#world.clock.sleep(syncTimeoutMs).then(() => {
      if (!informer.hasSynced) throw new Error(`failed to sync ${kind} cache: timed out waiting for the condition`);
    });
    await Promise.race([informer.synced(), late]);
  }

  #release(uid: string, kept: ReadonlySet<string>): void {
    for (const key of this.#byPod.get(uid) ?? []) {
      if (kept.has(key)) continue;
      const watched = this.#watched.get(key);
      watched?.users.delete(uid);
      if (watched === undefined || watched.users.size > 0) continue;
      watched.informer.stop();
      this.#watched.delete(key);
    }
  }
}

function keyOfReference({ kind, namespace, name }: ObjectReference): string {
  return `${kind}/${namespace}/${name}`;
}
