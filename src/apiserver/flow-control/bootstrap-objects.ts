import type { FlowSchema, PriorityLevelConfiguration, ResourcePolicyRule } from '../../api/generated/index.ts';
import { everyRequest, flowSchemaOf, groupSubjects, priorityLevelOf } from '../../api/index.ts';

/** Kubernetes v1.36: the levels that a cluster begins with besides the mandatory ones. */
export const suggestedPriorityLevels: readonly PriorityLevelConfiguration[] = [
  queuedLevel('system', 30, 33, 64, 6),
  queuedLevel('node-high', 40, 25, 64, 6),
  queuedLevel('leader-election', 10, 0, 16, 4),
  queuedLevel('workload-high', 40, 50, 128, 6),
  queuedLevel('workload-low', 100, 90, 128, 6),
  queuedLevel('global-default', 20, 50, 128, 6),
];

function queuedLevel(
  name: string,
  nominalConcurrencyShares: number,
  lendablePercent: number,
  queues: number,
  handSize: number,
): PriorityLevelConfiguration {
  const limitResponse = { type: 'Queue', queuing: { queues, handSize, queueLengthLimit: 50 } };
  return priorityLevelOf(name, {
    type: 'Limited',
    limited: { nominalConcurrencyShares, limitResponse, lendablePercent },
  });
}

const kubeSystemAccounts = [{ kind: 'ServiceAccount', serviceAccount: { namespace: 'kube-system', name: '*' } }];
const everybody = groupSubjects('system:unauthenticated', 'system:authenticated');

function users(...names: readonly string[]): { kind: string; user: { name: string } }[] {
  return names.map(name => ({ kind: 'User', user: { name } }));
}

const leases: Omit<ResourcePolicyRule, 'verbs'> = {
  apiGroups: ['coordination.k8s.io'],
  resources: ['leases'],
  namespaces: ['*'],
};

/** Kubernetes v1.36: the schemas that a cluster begins with besides the mandatory ones. */
export const suggestedFlowSchemas: readonly FlowSchema[] = [
  flowSchemaOf('system-nodes', 'system', 500, 'ByUser', { subjects: groupSubjects('system:nodes'), ...everyRequest }),
  flowSchemaOf('system-node-high', 'node-high', 400, 'ByUser', {
    subjects: groupSubjects('system:nodes'),
    resourceRules: [
      { verbs: ['*'], apiGroups: [''], resources: ['nodes', 'nodes/status'], clusterScope: true, namespaces: ['*'] },
      { verbs: ['*'], ...leases },
    ],
  }),
  flowSchemaOf('probes', 'exempt', 2, undefined, {
    subjects: everybody,
    nonResourceRules: [{ verbs: ['get'], nonResourceURLs: ['/healthz', '/readyz', '/livez'] }],
  }),
  flowSchemaOf('system-leader-election', 'leader-election', 100, 'ByUser', {
    subjects: [...users('system:kube-controller-manager', 'system:kube-scheduler'), ...kubeSystemAccounts],
    resourceRules: [{ verbs: ['get', 'create', 'update'], ...leases }],
  }),
  flowSchemaOf('kube-controller-manager', 'workload-high', 800, 'ByNamespace', {
    subjects: users('system:kube-controller-manager'),
    ...everyRequest,
  }),
  flowSchemaOf('kube-scheduler', 'workload-high', 800, 'ByNamespace', {
    subjects: users('system:kube-scheduler'),
    ...everyRequest,
  }),
  flowSchemaOf('kube-system-service-accounts', 'workload-high', 900, 'ByNamespace', {
    subjects: kubeSystemAccounts,
    ...everyRequest,
  }),
  flowSchemaOf('service-accounts', 'workload-low', 9000, 'ByUser', {
    subjects: groupSubjects('system:serviceaccounts'),
    ...everyRequest,
  }),
  flowSchemaOf('global-default', 'global-default', 9900, 'ByUser', { subjects: everybody, ...everyRequest }),
];
