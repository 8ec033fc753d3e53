import type { UserInfo } from '../apiserver/index.ts';

const authenticated = 'system:authenticated';

/** Kubernetes: who each component is to the API server. What they may do is in the default ClusterRoles. */
export const componentUsers = {
  /** Whoever runs the cluster: may do anything. */
  admin: { username: 'kubernetes-admin', groups: ['system:masters', authenticated] },
  controllerManager: { username: 'system:kube-controller-manager', groups: [authenticated] },
  scheduler: { username: 'system:kube-scheduler', groups: [authenticated] },
  proxy: { username: 'system:kube-proxy', groups: [authenticated] },
} satisfies Record<string, UserInfo>;

export function nodeUser(nodeName: string): UserInfo {
  return { username: `system:node:${nodeName}`, groups: ['system:nodes', authenticated] };
}

/** Kubernetes: each controller acts as a ServiceAccount of its own, with no more rights than it needs. */
export function controllerUser(serviceAccount: string): UserInfo {
  return {
    username: `system:serviceaccount:kube-system:${serviceAccount}`,
    groups: ['system:serviceaccounts', 'system:serviceaccounts:kube-system', authenticated],
  };
}
