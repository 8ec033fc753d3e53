import type { ResourceRequest } from '../../client/index.ts';
import { type KubeObject, statusError } from '../../machinery/index.ts';
import type { ApiResult, CallContext, VirtualResource } from '../core-contract.ts';
import type { Endpoint } from '../resources/endpoint.ts';
import type { ServerContext } from '../server-context.ts';
import { readBody } from './request-object.ts';
import { optionsOf } from './request-options.ts';

/** Hands a request to whoever computes its answer; undefined when nobody does. */
export function answerVirtual(
  server: ServerContext,
  endpoint: Endpoint,
  request: ResourceRequest,
  call: CallContext,
  subresource: string,
): Promise<ApiResult> | undefined {
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
  const object = await answer(readRequest(endpoint, request, call, subresource), call, parentOf(endpoint, request));
  return { kind: 'other', code: request.verb === 'create' ? 201 : 200, object };
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
