import { bindings } from '../../api/generated/index.ts';
import type { ResourceRequest } from '../../client/index.ts';
import { StatusError, statusError } from '../../machinery/index.ts';
import type { ApiResult, CallContext } from '../core-contract.ts';
import type { Endpoint } from '../resources/endpoint.ts';
import type { ServerContext } from '../server-context.ts';
import { bindPod } from '../subresources/binding.ts';
import { evictPod } from '../subresources/eviction.ts';
import { getScale, writeScale } from '../subresources/scale.ts';
import { createObject } from './create.ts';
import { deleteObject } from './delete.ts';
import { deleteCollection } from './delete-collection.ts';
import { patchObject } from './patch.ts';
import { partRules } from './prepare-change.ts';
import { getObject, listObjects } from './read.ts';
import { updateObject } from './update.ts';
import { answerVirtual } from './virtual.ts';

/** Performs an authorized request. */
export function performRequest(
  server: ServerContext,
  request: ResourceRequest,
  call: CallContext,
): Promise<ApiResult> | ApiResult {
  const endpoint = server.endpoints.get(request.type);
  const { deprecationWarning } = endpoint.version;
  if (deprecationWarning !== undefined) {
    call.warn(deprecationWarning);
    call.annotate?.('k8s.io/deprecated', 'true');
  }
  return request.subresource
    ? performOnPart(server, endpoint, request, call, request.subresource)
    : performOnWhole(server, endpoint, request, call);
}

function performOnWhole(
  server: ServerContext,
  endpoint: Endpoint,
  request: ResourceRequest,
  call: CallContext,
): Promise<ApiResult> | ApiResult {
  if (!endpoint.serves(request.verb)) throw notAllowed();
  const virtual = answerVirtual(server, endpoint, request, call, '');
  if (virtual !== undefined) return virtual;
  switch (request.verb) {
    case 'get':
      return getObject(server, endpoint, request);
    case 'list':
      return listObjects(endpoint, request);
    case 'create':
      return endpoint.type.resource === bindings.resource && endpoint.type.group === ''
        ? bindPod(server, endpoint, request, call)
        : createObject(server, endpoint, request, call);
    case 'update':
      return updateObject(server, endpoint, request, call);
    case 'patch':
      return patchObject(server, endpoint, request, call);
    case 'delete':
      return deleteObject(server, endpoint, request, call);
    case 'deletecollection':
      return deleteCollection(server, endpoint, request, call);
    case 'watch':
      throw statusError.badRequest('a watch is not answered with one result');
  }
}

function performOnPart(
  server: ServerContext,
  endpoint: Endpoint,
  request: ResourceRequest,
  call: CallContext,
  subresource: string,
): Promise<ApiResult> | ApiResult {
  const virtual = answerVirtual(server, endpoint, request, call, subresource);
  if (virtual !== undefined) return virtual;
  if (!endpoint.servesPart(subresource)) {
    // Kubernetes: the extensions server has no path for it, but knows the object that it would be of.
    throw endpoint.resource.crd === undefined
      ? notServed()
      : statusError.notFound(endpoint.subject, request.name ?? '');
  }
  const { verb } = request;
  const isWrite = verb === 'update' || verb === 'patch';
  if (subresource === 'scale' && (verb === 'get' || isWrite)) {
    return isWrite ? writeScale(server, endpoint, request, call) : getScale(endpoint, request);
  }
  if (partRules(endpoint, subresource) !== undefined) {
    if (verb === 'get') return getObject(server, endpoint, request);
    if (verb === 'update') return updateObject(server, endpoint, request, call);
    if (verb === 'patch') return patchObject(server, endpoint, request, call);
  }
  if (verb === 'create' && endpoint.type.resource === 'pods' && endpoint.type.group === '') {
    if (subresource === 'binding') return bindPod(server, server.endpoints.get(bindings), request, call);
    if (subresource === 'eviction') return evictPod(server, request, call);
  }
  throw notAllowed();
}

function notServed(): StatusError {
  return new StatusError('NotFound', 'the server could not find the requested resource');
}

/** Kubernetes: what a method that a path does not have is answered with. */
function notAllowed(): StatusError {
  return new StatusError('MethodNotAllowed', 'the server does not allow this method on the requested resource');
}
