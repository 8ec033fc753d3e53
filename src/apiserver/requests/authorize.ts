import type { ResourceRequest } from '../../client/index.ts';
import { StatusError } from '../../machinery/index.ts';
import type { AuthorizationAttributes, AuthorizationDecision, CallContext, UserInfo } from '../core-contract.ts';
import type { ServerContext } from '../server-context.ts';
import type { WriteCall } from './write-call.ts';

/** Throws the 403 unless the caller may make this request. */
export function authorize(server: ServerContext, request: ResourceRequest, call: CallContext): void {
  authorizeAttributes(server, attributesOf(request, call.user));
}

export function authorizeAttributes(server: ServerContext, attributes: AuthorizationAttributes): void {
  const decision = server.authorizer.authorize(attributes);
  if (!decision.allowed) throw forbidden(attributes, decision);
}

/** Kubernetes: an update, or an apply, that would create needs the right to create too. */
export function authorizeCreation(server: ServerContext, write: WriteCall): void {
  const { request, call } = write;
  authorizeAttributes(server, { ...attributesOf(request, call.user), verb: 'create' });
}

export function attributesOf(request: ResourceRequest, user: UserInfo): AuthorizationAttributes {
  const { type } = request;
  return {
    user,
    verb: request.verb,
    group: type.group,
    version: type.version,
    resource: type.resource,
    subresource: request.subresource ?? '',
    namespace: request.namespace ?? '',
    name: request.name ?? '',
  };
}

/** Kubernetes: `responsewriters.ForbiddenStatusError`, word for word. */
export function forbidden(attributes: AuthorizationAttributes, decision: AuthorizationDecision): StatusError {
  const { group, resource, name } = attributes;
  const qualified = group === '' ? resource : `${resource}.${group}`;
  const subject = name === '' ? `${qualified} is forbidden` : `${qualified} "${name}" is forbidden`;
  const reason = decision.reason === '' ? '' : `: ${decision.reason}`;
  return new StatusError('Forbidden', `${subject}: ${describeAttempt(attributes)}${reason}`, {
    ...(name === '' ? {} : { name }),
    ...(group === '' ? {} : { group }),
    kind: resource,
  });
}

function describeAttempt(attributes: AuthorizationAttributes): string {
  const { user, verb, group, resource, subresource, namespace } = attributes;
  const what = subresource === '' ? resource : `${resource}/${subresource}`;
  const where = namespace === '' ? 'at the cluster scope' : `in the namespace "${namespace}"`;
  return `User "${user.username}" cannot ${verb} resource "${what}" in API group "${group}" ${where}`;
}
