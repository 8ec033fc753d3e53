import { groups } from './well-known-users.ts';

const userPrefix = 'system:serviceaccount:';

export interface ServiceAccountName {
  readonly namespace: string;
  readonly name: string;
}

/** `system:serviceaccount:NAMESPACE:NAME`, as service accounts are called as users. */
export function formatServiceAccountUser({ namespace, name }: ServiceAccountName): string {
  return `${userPrefix}${namespace}:${name}`;
}

/** The service account that a user name means; undefined for any other user. */
export function parseServiceAccountUser(username: string): ServiceAccountName | undefined {
  if (!username.startsWith(userPrefix)) return undefined;
  const [namespace = '', name = '', ...rest] = username.slice(userPrefix.length).split(':');
  return namespace === '' || name === '' || rest.length > 0 ? undefined : { namespace, name };
}

/** The groups that a service account belongs to besides `system:authenticated`. */
export function serviceAccountGroups(namespace: string): readonly string[] {
  return [groups.serviceAccounts, `${groups.serviceAccounts}:${namespace}`];
}
