import type { ResourceRequest } from '../../client/index.ts';
import { annotateDecision } from '../auth/annotate-decision.ts';
import { forbiddenError } from '../auth/forbidden.ts';
import { prepareDecision } from '../auth/prepare-decision.ts';
import type { AuthorizationAttributes, CallContext, UserInfo } from '../core-contract.ts';
import type { ServerContext } from '../server-context.ts';
import type { WriteCall } from './write-call.ts';

/** Throws the 403 unless the caller may make this request. */
export function authorize(server: ServerContext, request: ResourceRequest, call: CallContext): void {
  authorizeAttributes(server, attributesOf(request, call.user), call);
}

export function authorizeAttributes(
  server: ServerContext,
  attributes: AuthorizationAttributes,
  call?: CallContext,
): void {
  const decision = server.authorizer.authorize(attributes);
  if (call?.annotate !== undefined) annotateDecision(call, decision);
  if (!decision.allowed) throw forbiddenError(attributes, decision.reason);
}

/** Undefined where nobody has to be waited for before the request is authorized. */
export function prepareRequest(
  { authorizer }: ServerContext,
  request: ResourceRequest,
  call: CallContext,
): Promise<void> | undefined {
  if (authorizer.prepare === undefined) return undefined;
  const attributes = attributesOf(request, call.user);
  const pending = prepareDecision(authorizer, attributes);
  if (pending === undefined || (request.verb !== 'update' && request.verb !== 'patch')) return pending;
  // What is to be written may not be there yet; whether that may be is asked for when it is known, and cannot wait then.
  return pending.then(async () => {
    await authorizer.prepare?.({ ...attributes, verb: 'create' });
  });
}

/** Kubernetes: an update, or an apply, that would create needs the right to create too. */
export function authorizeCreation(server: ServerContext, write: WriteCall): void {
  const { request, call } = write;
  authorizeAttributes(server, { ...attributesOf(request, call.user), verb: 'create' });
}

export function attributesOf(request: ResourceRequest, user: UserInfo): AuthorizationAttributes {
  const { type, verb, options } = request;
  const attributes = {
    user,
    verb,
    group: type.group,
    version: type.version,
    resource: type.resource,
    subresource: request.subresource ?? '',
    namespace: request.namespace ?? '',
    name: nameOf(request),
  };
  if (options === undefined || (verb !== 'list' && verb !== 'watch' && verb !== 'deletecollection')) return attributes;
  const { fieldSelector, labelSelector } = options;
  return { ...attributes, fieldSelector, labelSelector };
}

const namedByField = /(?:^|,)metadata\.name==?([^,]+)(?:,|$)/;

/** Kubernetes: who lists or watches by `metadata.name` asks for that one object, and needs no right to others. */
export function nameOf(request: ResourceRequest): string {
  if (request.name !== undefined) return request.name;
  const selector = request.options?.fieldSelector;
  if (selector === undefined || (request.verb !== 'list' && request.verb !== 'watch')) return '';
  return namedByField.exec(selector)?.[1] ?? '';
}
