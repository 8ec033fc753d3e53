import { checkDns1123Subdomain, formatFieldError, validateDomainPrefixedPath } from '../../../machinery/index.ts';
import type { AuthorizationAttributes, Authorizer, UserInfo } from '../../core-contract.ts';
import { forbiddenError } from '../forbidden.ts';
import { parseServiceAccountUser } from '../service-account-name.ts';
import { groups as wellKnown } from '../well-known-users.ts';
import type { WantedUser } from './wanted-user.ts';

/** What a sender wants to do, as whom. */
export interface Attempt {
  readonly sender: UserInfo;
  readonly wanted: WantedUser;
  /** What is asked for; absent where only the older rights count. */
  readonly request: AuthorizationAttributes | undefined;
  readonly authorizer: Authorizer;
}

export interface ImpersonationMode {
  /** The verb of the rights that it wants; absent from the mode that is for whatever is asked for. */
  readonly constraint?: string | undefined;
  /** Throws the 403 unless the sender holds the mode's rights. False: the mode is not for such users. */
  demand(attempt: Attempt): boolean;
}

const authentication = 'authentication.k8s.io';
/** Kubernetes: from so many on, the right to all of them is asked for first. */
const manyChecks = 4;
const nodeNameKey = 'authentication.kubernetes.io/node-name';

/** Kubernetes: constrained impersonation (KEP-5284): as a sort of user, and for some requests only. */
function constrained(name: string, isFor: (wanted: WantedUser, sender: UserInfo) => boolean): ImpersonationMode {
  const verb = `impersonate:${name}`;
  const demandAll = (attempt: Attempt): boolean => {
    const { request, wanted, sender } = attempt;
    if (request === undefined || !isFor(wanted, sender)) return false;
    demand(attempt, { ...request, user: sender, verb: `impersonate-on:${name}:${request.verb}` });
    const isAnyNode = name === 'associated-node';
    demandName(attempt, verb, authentication, isAnyNode);
    demandUid(attempt, verb);
    demandGroups(attempt, verb);
    demandExtra(attempt, verb);
    return true;
  };
  return { constraint: verb, demand: demandAll };
}

/** As before: one right for each part of the user, whatever is asked for. */
const legacy: ImpersonationMode = {
  demand(attempt) {
    const { wanted } = attempt;
    demandName(attempt, 'impersonate', '', false);
    demandUid(attempt, 'impersonate');
    for (const name of wanted.groups) demand(attempt, { verb: 'impersonate', resource: 'groups', name });
    demandEachExtra(attempt, 'impersonate');
    return true;
  },
};

/** In the order in which they are tried. */
export const impersonationModes: readonly ImpersonationMode[] = [
  constrained('associated-node', (wanted, sender) => isPlain(wanted) && isOnNode(sender, wanted.username)),
  constrained('arbitrary-node', wanted => isPlain(wanted) && nodeNameOf(wanted.username) !== undefined),
  constrained('serviceaccount', wanted => isPlain(wanted) && parseServiceAccountUser(wanted.username) !== undefined),
  constrained(
    'user-info',
    ({ username }) => nodeNameOf(username) === undefined && parseServiceAccountUser(username) === undefined,
  ),
  legacy,
];

function isPlain({ uid, groups, extra }: WantedUser): boolean {
  return uid === '' && groups.length === 0 && Object.keys(extra).length === 0;
}

/** `a` for `system:node:a`, whatever its groups. */
export function nodeNameOf(username: string): string | undefined {
  const prefix = 'system:node:';
  if (!username.startsWith(prefix)) return undefined;
  const name = username.slice(prefix.length);
  return checkDns1123Subdomain(name).length === 0 ? name : undefined;
}

function isOnNode({ username, extra }: UserInfo, wanted: string): boolean {
  const node = nodeNameOf(wanted);
  const [own, ...more] = extra?.[nodeNameKey] ?? [];
  return node !== undefined && parseServiceAccountUser(username) !== undefined && own === node && more.length === 0;
}

function demand({ sender, authorizer }: Attempt, attributes: Partial<AuthorizationAttributes>): void {
  const complete = complementing(sender, attributes);
  const decision = authorizer.authorize(complete);
  if (!decision.allowed) throw forbiddenError(complete, decision.reason);
}

function complementing(user: UserInfo, attributes: Partial<AuthorizationAttributes>): AuthorizationAttributes {
  const plain = { user, verb: '', group: '', version: 'v1', resource: '', subresource: '', namespace: '', name: '' };
  return { ...plain, ...attributes };
}

function demandName(attempt: Attempt, verb: string, group: string, isAnyNode: boolean): void {
  const { username } = attempt.wanted;
  const account = parseServiceAccountUser(username);
  const node = group === '' ? undefined : nodeNameOf(username);
  if (account !== undefined) demand(attempt, { verb, group, resource: 'serviceaccounts', ...account });
  else if (node !== undefined) demand(attempt, { verb, group, resource: 'nodes', name: isAnyNode ? '*' : node });
  else demand(attempt, { verb, group, resource: 'users', name: username });
}

function demandUid(attempt: Attempt, verb: string): void {
  const { uid } = attempt.wanted;
  if (uid !== '') demand(attempt, { verb, group: authentication, resource: 'uids', name: uid });
}

function demandGroups(attempt: Attempt, verb: string): void {
  const { wanted, sender } = attempt;
  const attributes = { verb, group: authentication, resource: 'groups' };
  if (wanted.groups.includes(wellKnown.masters)) {
    const complete = complementing(sender, { ...attributes, name: wellKnown.masters });
    throw forbiddenError(complete, 'impersonating the system:masters group is not allowed');
  }
  if (wanted.groups.length >= manyChecks && isAllowed(attempt, { ...attributes, name: '*' })) return;
  for (const name of wanted.groups) demand(attempt, { ...attributes, name });
}

function demandExtra(attempt: Attempt, verb: string): void {
  const entries = Object.entries(attempt.wanted.extra);
  if (entries.length === 0) return;
  const attributes = { verb, group: authentication, resource: 'userextras' };
  for (const [key, values] of entries) {
    const problem = findExtraProblem(key, values);
    if (problem !== undefined) throw forbiddenError(complementing(attempt.sender, attributes), problem);
  }
  const count = entries.reduce((sum, [, values]) => sum + values.length, 0);
  const isLarge = entries.length >= manyChecks || count >= manyChecks;
  if (isLarge && isAllowed(attempt, { ...attributes, subresource: '*', name: '*' })) return;
  demandEachExtra(attempt, verb);
}

function findExtraProblem(key: string, values: readonly string[]): string | undefined {
  if (key === '') return 'impersonating the empty string key in extra is not allowed';
  const [error] = validateDomainPrefixedPath(key, 'extra.key');
  if (error !== undefined) {
    return `impersonating an invalid key in extra is not allowed: ${formatFieldError(error)}`;
  }
  if (key !== key.toLowerCase()) {
    return `impersonating a non-lowercase key in extra is not allowed: ${JSON.stringify(key)}`;
  }
  return values.length === 0 ? 'impersonating empty values in extra is not allowed' : undefined;
}

function demandEachExtra(attempt: Attempt, verb: string): void {
  for (const [subresource, values] of Object.entries(attempt.wanted.extra)) {
    for (const name of values) {
      demand(attempt, { verb, group: authentication, resource: 'userextras', subresource, name });
    }
  }
}

function isAllowed({ sender, authorizer }: Attempt, attributes: Partial<AuthorizationAttributes>): boolean {
  return authorizer.authorize(complementing(sender, attributes)).allowed;
}
