import { statusError } from '../../../machinery/index.ts';

export type Headers = Readonly<Record<string, string | readonly string[] | undefined>>;

/** Whom the `Impersonate-*` headers name, word for word. */
export interface WantedUser {
  readonly username: string;
  readonly uid: string;
  readonly groups: readonly string[];
  readonly extra: Readonly<Record<string, readonly string[]>>;
}

const extraPrefix = 'impersonate-extra-';

/** Undefined where nobody is to be impersonated; throws 400 for headers that name no user. */
export function readWantedUser(headers: Headers): WantedUser | undefined {
  const username = readOne(headers, 'impersonate-user');
  const groups = readAll(headers, 'impersonate-group');
  const uid = readOne(headers, 'impersonate-uid');
  if (username === '' && groups.length === 0 && uid === '' && !hasExtra(headers)) return undefined;
  const wanted = { username, groups, uid, extra: readExtra(headers) };
  if (username !== '') return wanted;
  throw statusError.badRequest(`requested ${describeUser(wanted)} without impersonating a user name`);
}

/** Kubernetes: as Go prints the struct that upstream keeps a user in. */
function describeUser({ username, groups, uid, extra }: WantedUser): string {
  const list = (values: readonly string[]): string => `[]string{${values.map(quote).join(', ')}}`;
  const entries = Object.entries(extra).map(([key, values]) => `${quote(key)}:${list(values)}`);
  const groupsText = groups.length === 0 ? '[]string(nil)' : list(groups);
  const extraText = entries.length === 0 ? 'map[string][]string(nil)' : `map[string][]string{${entries.join(', ')}}`;
  return `&user.DefaultInfo{Name:${quote(username)}, UID:${quote(uid)}, Groups:${groupsText}, Extra:${extraText}}`;
}

function quote(text: string): string {
  return JSON.stringify(text);
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
