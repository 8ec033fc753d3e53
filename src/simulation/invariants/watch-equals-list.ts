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
  const seen = new Map<string, string | undefined>();
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
            if (event.type !== 'BOOKMARK') failure ??= apply(seen, event.type, event.object);
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
        const told = seen.get(keyOf(object));
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

function apply(seen: Map<string, string | undefined>, type: string, object: KubeObject): string | undefined {
  const key = keyOf(object);
  if (type === 'DELETED') return seen.delete(key) ? undefined : `${key} was DELETED without having been ADDED`;
  if (type === 'MODIFIED' && !seen.has(key)) return `${key} was MODIFIED without having been ADDED`;
  if (type === 'ADDED' && seen.has(key)) return `${key} was ADDED twice`;
  seen.set(key, object.metadata.resourceVersion);
  return undefined;
}
