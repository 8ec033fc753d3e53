import { statusError } from '../../machinery/index.ts';
import type { AuthorizationAttributes, Authorizer, UserInfo } from '../core-contract.ts';
import { forbiddenError } from './forbidden.ts';
import { parseServiceAccountUser, serviceAccountGroups } from './service-account-name.ts';
import { groups } from './well-known-users.ts';

type Headers = Readonly<Record<string, string | readonly string[] | undefined>>;

const extraPrefix = 'impersonate-extra-';

/**
 * Whom a request acts as: its sender, or whoever the `Impersonate-*` headers name, when the sender may do that. Throws
 * 403 where it may not, 400 for headers that name no user.
 */
export function impersonate(sender: UserInfo, headers: Headers, authorizer: Authorizer): UserInfo {
  const username = readOne(headers, 'impersonate-user');
  const wantedGroups = readAll(headers, 'impersonate-group');
  const uid = readOne(headers, 'impersonate-uid');
  if (username === '' && wantedGroups.length === 0 && uid === '' && !hasExtra(headers)) return sender;
  const extra = readExtra(headers);
  if (username === '') {
    const wanted = describeUser({ username, wantedGroups, uid, extra });
    throw statusError.badRequest(`requested ${wanted} without impersonating a user name`);
  }
  checkAllowed(sender, { username, wantedGroups, uid, extra }, authorizer);
  return {
    username,
    groups: completeGroups(username, wantedGroups),
    ...(uid === '' ? {} : { uid }),
    ...(Object.keys(extra).length === 0 ? {} : { extra }),
  };
}

interface Wanted {
  readonly username: string;
  readonly wantedGroups: readonly string[];
  readonly uid: string;
  readonly extra: Readonly<Record<string, readonly string[]>>;
}

function checkAllowed(sender: UserInfo, wanted: Wanted, authorizer: Authorizer): void {
  const check = (attributes: Partial<AuthorizationAttributes>): void => {
    const complete: AuthorizationAttributes = {
      user: sender,
      verb: 'impersonate',
      group: '',
      version: 'v1',
      resource: '',
      subresource: '',
      namespace: '',
      name: '',
      ...attributes,
    };
    const decision = authorizer.authorize(complete);
    if (!decision.allowed) throw forbiddenError(complete, decision.reason);
  };
  const account = parseServiceAccountUser(wanted.username);
  if (account === undefined) check({ resource: 'users', name: wanted.username });
  else check({ resource: 'serviceaccounts', namespace: account.namespace, name: account.name });
  for (const name of wanted.wantedGroups) check({ resource: 'groups', name });
  const group = 'authentication.k8s.io';
  for (const [key, values] of Object.entries(wanted.extra)) {
    for (const name of values) check({ group, resource: 'userextras', subresource: key, name });
  }
  if (wanted.uid !== '') check({ group, resource: 'uids', name: wanted.uid });
}

/** Kubernetes: as Go prints the struct that upstream keeps a user in. */
function describeUser({ username, wantedGroups, uid, extra }: Wanted): string {
  const list = (values: readonly string[]): string => `[]string{${values.map(quote).join(', ')}}`;
  const entries = Object.entries(extra).map(([key, values]) => `${quote(key)}:${list(values)}`);
  const groupsText = wantedGroups.length === 0 ? '[]string(nil)' : list(wantedGroups);
  const extraText = entries.length === 0 ? 'map[string][]string(nil)' : `map[string][]string{${entries.join(', ')}}`;
  return `&user.DefaultInfo{Name:${quote(username)}, UID:${quote(uid)}, Groups:${groupsText}, Extra:${extraText}}`;
}

function quote(text: string): string {
  return JSON.stringify(text);
}

/** Kubernetes: a service account brings its own groups unless some are named; everybody is authenticated or not. */
function completeGroups(username: string, wanted: readonly string[]): readonly string[] {
  const account = parseServiceAccountUser(username);
  const named = wanted.length === 0 && account !== undefined ? serviceAccountGroups(account.namespace) : wanted;
  if (named.includes(groups.authenticated) || named.includes(groups.unauthenticated)) return named;
  return [...named, username === 'system:anonymous' ? groups.unauthenticated : groups.authenticated];
}

function hasExtra(headers: Headers): boolean {
  for (const name in headers) if (name.startsWith(extraPrefix)) return true;
  return false;
}

function readExtra(headers: Headers): Record<string, readonly string[]> {
  const extra: Record<string, readonly string[]> = {};
  for (const name in headers) {
    if (name.startsWith(extraPrefix)) extra[decodeKey(name.slice(extraPrefix.length))] = readAll(headers, name);
  }
  return extra;
}

function decodeKey(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch (error) {
    if (error instanceof URIError) return text;
    throw error;
  }
}

/** The value as it is: a user's name may hold anything. */
function readOne(headers: Headers, name: string): string {
  const value = headers[name];
  return (typeof value === 'string' ? value : value?.[0]) ?? '';
}

/** Node joins repeated headers with a comma and a space. */
function readAll(headers: Headers, name: string): readonly string[] {
  const value = headers[name];
  if (value === undefined) return [];
  return (typeof value === 'string' ? value.split(', ') : value).filter(text => text !== '');
}
