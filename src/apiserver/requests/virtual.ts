import type { ResourceRequest } from '../../client/index.ts';
import { isJsonObject, type KubeObject, statusError } from '../../machinery/index.ts';
import type { ApiResult, CallContext, VirtualResource } from '../core-contract.ts';
import type { Endpoint } from '../resources/endpoint.ts';
import type { ServerContext } from '../server-context.ts';
import { readBody } from './request-object.ts';
import { optionsOf } from './request-options.ts';
import { admissionOf, openWrite } from './write-call.ts';

/** Hands a request to whoever computes its answer; undefined when nobody does. */
export function answerVirtual(
  server: ServerContext,
  endpoint: Endpoint,
  request: ResourceRequest,
  call: CallContext,
  subresource: string,
): Promise<ApiResult> | undefined {
  // Kubernetes: what is computed of an object is asked for by creating it.
  if (subresource !== '' && request.verb !== 'create') return undefined;
  const { path } = endpoint;
  const answer = server.virtual[subresource === '' ? path : `${path}/${subresource}`];
  return answer === undefined ? undefined : compute(answer, endpoint, request, call, subresource);
}

async function compute(
  answer: VirtualResource,
  endpoint: Endpoint,
  request: ResourceRequest,
  call: CallContext,
  subresource: string,
): Promise<ApiResult> {
  const parent = parentOf(endpoint, request);
  const read = readRequest(endpoint, request, call, subresource);
  const object = await answer(await admit(endpoint, read, call, subresource), call, parent);
  if (request.verb === 'create') return { kind: 'other', code: 201, object };
  return { kind: 'other', code: 200, object, resource: endpoint.resource };
}

/** What is asked (a review), or made of an object (a token of an account), passes the same gates as an object does. */
async function admit(
  endpoint: Endpoint,
  request: ResourceRequest,
  call: CallContext,
  subresource: string,
): Promise<ResourceRequest> {
  const chain = endpoint.chain(subresource, 'CREATE');
  if (request.verb !== 'create' || !isJsonObject(request.body) || !(chain.mutates || chain.validates)) return request;
  const write = openWrite(endpoint, request, call, request.name ?? '');
  const given = { metadata: {}, ...(request.body as object) } satisfies KubeObject;
  const body = await chain.mutate(admissionOf(write, 'CREATE', given, undefined));
  await chain.validate(admissionOf(write, 'CREATE', body, undefined));
  return { ...request, body };
}

/** A resource's body has the resource's own shape; a subresource's is for its implementation to read. */
function readRequest(
  endpoint: Endpoint,
  request: ResourceRequest,
  call: CallContext,
  subresource: string,
): ResourceRequest {
  if (subresource !== '' || request.verb !== 'create') return request;
  return { ...request, body: readBody(endpoint, request.body, call, optionsOf(request).fieldValidation) };
}

function parentOf(endpoint: Endpoint, request: ResourceRequest): KubeObject | undefined {
  if (!request.subresource) return undefined;
  const stored = endpoint.find(endpoint.namespaceOf(request.namespace), request.name ?? '');
  if (stored === undefined) throw statusError.notFound(endpoint.subject, request.name ?? '');
  return stored.object;
}
