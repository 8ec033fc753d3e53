import { type KubeObject, statusError } from '../../machinery/index.ts';
import { draftObject, type StoredObject } from '../../storage/index.ts';
import type { Endpoint } from '../resources/endpoint.ts';
import type { ServerContext } from '../server-context.ts';
import { commitWrite } from './commit-write.ts';

/**
 * Changes an object on the server's own behalf, past admission and validation: bindings, evictions, conditions. Starts
 * anew when somebody else was faster. `change` may throw a `StatusError` to stop.
 */
export async function rewriteObject<T extends KubeObject>(
  server: ServerContext,
  endpoint: Endpoint,
  ref: { readonly namespace: string; readonly name: string },
  change: (object: T) => T,
  isDryRun = false,
): Promise<StoredObject | undefined> {
  let current = endpoint.find(ref.namespace, ref.name);
  for (;;) {
    if (current === undefined) throw statusError.notFound(endpoint.subject, ref.name);
    const object = change(current.object as unknown as T);
    if (isDryRun || (object as KubeObject) === current.object) return current;
    const { key, revision }: StoredObject = current;
    const result = await commitWrite(server, {
      compare: [{ key, modRevision: revision }],
      operations: [{ put: key, value: draftObject(key, object as unknown as StoredObject['object']) }],
    });
    if (result.succeeded) return result.entries[0]!.value;
    current = result.entries[0]?.value;
  }
}
