import { type Client, keyOf } from '../../client/index.ts';
import type { KubeObject, ResourceType } from '../../machinery/index.ts';
import type { Invariant } from './invariant.ts';

/** What a watch has told, added up, is what a list shows. Follows each kind with a watch of its own from the start. */
export function watchEqualsList(client: Client, types: readonly ResourceType[]): Invariant {
  const mirrors = types.map(type => followKind(client, type));
  return {
    name: 'watch equals list plus events',
    async onCheckpoint() {
      const problems = await Promise.all(mirrors.map(mirror => mirror.compare()));
      return problems.flat();
    },
  };
}

function followKind(client: Client, type: ResourceType): { compare(): Promise<readonly string[]> } {
  const seen = new Mirror();
  let failure: string | undefined;
  const follow = (resourceVersion: string): void => {
    let last = resourceVersion;
    client.watch(
      type,
      { resourceVersion, allowWatchBookmarks: true },
      {
        events(batch) {
          for (const event of batch) {
            last = event.object.metadata.resourceVersion ?? last;
            if (event.type !== 'BOOKMARK') failure ??= seen.take(event.type, event.object);
          }
        },
        end(error) {
          if (error === undefined) follow(last);
          else failure ??= `the watch on ${type.resource} ended: ${error.message}`;
        },
      },
    );
  };
  follow('0');
  return {
    async compare() {
      if (failure !== undefined) return [failure];
      const list = await client.list(type);
      const problems: string[] = [];
      for (const object of list.items) {
        const told = seen.versionOf(object);
        if (told !== object.metadata.resourceVersion) {
          problems.push(`${type.resource} ${keyOf(object)}: list ${object.metadata.resourceVersion}, watch ${told}`);
        }
      }
      if (seen.size !== list.items.length) {
        problems.push(`${type.resource}: the list has ${list.items.length} objects, the watch ${seen.size}`);
      }
      return problems;
    },
  };
}

/** What a watch has told of one kind: each object's latest resourceVersion. */
class Mirror {
  /** By namespace and name rather than by key, which would have to be put together for each event. */
  readonly #versions = new Map<string, Map<string, { version: string | undefined }>>();
  size = 0;

  versionOf({ metadata }: KubeObject): string | undefined {
    return this.#versions.get(metadata.namespace ?? '')?.get(metadata.name ?? '')?.version;
  }

  /** Returns what is wrong with the event, given the ones before it. */
  take(type: string, object: KubeObject): string | undefined {
    const { namespace = '', name = '', resourceVersion } = object.metadata;
    let names = this.#versions.get(namespace);
    const seen = names?.get(name);
    if (type === 'MODIFIED' && seen !== undefined) {
      seen.version = resourceVersion;
      return undefined;
    }
    if (type === 'MODIFIED') return `${keyOf(object)} was MODIFIED without having been ADDED`;
    if (type === 'DELETED') {
      if (!names?.delete(name)) return `${keyOf(object)} was DELETED without having been ADDED`;
      this.size--;
      return undefined;
    }
    if (seen !== undefined) return `${keyOf(object)} was ADDED twice`;
    if (names === undefined) {
      names = new Map();
      this.#versions.set(namespace, names);
    }
    names.set(name, { version: resourceVersion });
    this.size++;
    return undefined;
  }
}
