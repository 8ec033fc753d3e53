import type { ResourceRequest } from '../../client/index.ts';
import { StatusError } from '../../machinery/index.ts';
import type { CallContext, ListResult } from '../core-contract.ts';
import type { Endpoint } from '../resources/endpoint.ts';
import type { ServerContext } from '../server-context.ts';
import { deleteNamed } from './delete.ts';
import { listObjects } from './read.ts';
import { optionsOf, readDeleteOptions } from './request-options.ts';

/** Deletes all that a list would show, and answers with that list. Not atomic: the first failure ends it. */
export async function deleteCollection(
  server: ServerContext,
  endpoint: Endpoint,
  request: ResourceRequest,
  call: CallContext,
): Promise<ListResult> {
  const options = readDeleteOptions(request);
  const listed = await listObjects(endpoint, { ...request, options: withoutDeletion(request) });
  for (const { object } of listed.items) {
    const { name, namespace } = object.metadata;
    const one: ResourceRequest = { ...request, namespace, name };
    try {
      await deleteNamed(server, endpoint, one, call, options, name!);
    } catch (error) {
      if (!StatusError.is(error, 'NotFound')) throw error;
    }
  }
  return listed;
}

/** What of the options says which objects. Preconditions and the like are each deletion's. */
function withoutDeletion(request: ResourceRequest): ReturnType<typeof optionsOf> {
  const { labelSelector, fieldSelector, limit, resourceVersion, resourceVersionMatch } = optionsOf(request);
  const { continue: from } = optionsOf(request);
  return { labelSelector, fieldSelector, limit, continue: from, resourceVersion, resourceVersionMatch };
}
