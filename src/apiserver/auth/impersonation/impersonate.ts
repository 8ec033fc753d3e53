import { StatusError } from '../../../machinery/index.ts';
import type { AuthorizationAttributes, Authorizer, UserInfo } from '../../core-contract.ts';
import { parseServiceAccountUser, serviceAccountGroups } from '../service-account-name.ts';
import { groups as wellKnown } from '../well-known-users.ts';
import { impersonationModes, nodeNameOf } from './impersonation-mode.ts';
import { type Headers, readWantedUser, type WantedUser } from './wanted-user.ts';

/** What a request asks for, as its method and path say it. */
export interface ImpersonatedRequest {
  readonly isResourceRequest: boolean;
  readonly verb: string;
  readonly path: string;
  readonly group: string;
  readonly version: string;
  readonly resource: string;
  readonly subresource: string;
  readonly namespace: string;
  readonly name: string;
}

/** Whom a request acts as. */
export interface Impersonation {
  readonly user: UserInfo;
  /** The verb by which the sender may act as that user for some requests only: `impersonate:user-info`. */
  readonly constraint?: string | undefined;
}

/**
 * Whom a request acts as: its sender, or whoever the `Impersonate-*` headers name, when the sender may do that: in
 * general, or with this request. Throws 403 where it may not, 400 for headers that name no user.
 */
export function impersonate(
  sender: UserInfo,
  headers: Headers,
  authorizer: Authorizer,
  request?: ImpersonatedRequest,
): Impersonation {
  const wanted = readWantedUser(headers);
  if (wanted === undefined) return { user: sender };
  const attributes = request === undefined ? undefined : attributesOf(sender, request);
  let refusal: StatusError | undefined;
  for (const mode of impersonationModes) {
    try {
      if (!mode.demand({ sender, wanted, request: attributes, authorizer })) continue;
      return { user: toUser(wanted, mode.constraint !== undefined), constraint: mode.constraint };
    } catch (error) {
      if (!StatusError.is(error, 'Forbidden')) throw error;
      // Kubernetes: what the first mode says that is for such a user.
      refusal ??= error;
    }
  }
  throw refusal ?? new Error('no way of impersonation is for this user');
}

function attributesOf(user: UserInfo, request: ImpersonatedRequest): AuthorizationAttributes {
  const { verb, group, version, resource, subresource, namespace, name, isResourceRequest, path } = request;
  const nonResourcePath = isResourceRequest ? undefined : path;
  return { user, verb, group, version, resource, subresource, namespace, name, nonResourcePath };
}

function toUser({ username, groups, uid, extra }: WantedUser, isConstrained: boolean): UserInfo {
  const isNode = isConstrained && nodeNameOf(username) !== undefined;
  return {
    username,
    groups: completeGroups(username, isNode ? [wellKnown.nodes] : groups),
    ...(uid === '' ? {} : { uid }),
    ...(Object.keys(extra).length === 0 ? {} : { extra }),
  };
}

/** Kubernetes: a service account brings its own groups unless some are named; everybody is authenticated or not. */
function completeGroups(username: string, wanted: readonly string[]): readonly string[] {
  const account = parseServiceAccountUser(username);
  const named = wanted.length === 0 && account !== undefined ? serviceAccountGroups(account.namespace) : wanted;
  if (named.includes(wellKnown.authenticated) || named.includes(wellKnown.unauthenticated)) return named;
  return [...named, username === 'system:anonymous' ? wellKnown.unauthenticated : wellKnown.authenticated];
}
