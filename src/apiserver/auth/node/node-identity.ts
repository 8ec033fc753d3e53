import type { UserInfo } from '../../core-contract.ts';
import { groups } from '../well-known-users.ts';

const userPrefix = 'system:node:';

/** `a` for `system:node:a` of the group `system:nodes`; empty for a node without a name; undefined for all others. */
export function nodeNameOf(user: UserInfo): string | undefined {
  if (!user.username.startsWith(userPrefix) || !user.groups.includes(groups.nodes)) return undefined;
  return user.username.slice(userPrefix.length);
}
