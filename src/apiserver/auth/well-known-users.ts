import type { UserInfo } from '../core-contract.ts';

/** Kubernetes: groups with a meaning of their own (`apiserver/pkg/authentication/user`). */
export const groups = {
  /** May do anything, whatever the policy says. */
  masters: 'system:masters',
  nodes: 'system:nodes',
  authenticated: 'system:authenticated',
  unauthenticated: 'system:unauthenticated',
  serviceAccounts: 'system:serviceaccounts',
} as const;

export const anonymousUser: UserInfo = { username: 'system:anonymous', groups: [groups.unauthenticated] };

/** Who the server is to itself. */
export const serverUser: UserInfo = { username: 'system:apiserver', groups: [groups.masters, groups.authenticated] };
