import type {
  FlowSchema,
  PolicyRulesWithSubjects,
  PriorityLevelConfiguration,
  PriorityLevelConfigurationSpec,
} from '../../generated/index.ts';

const apiVersion = 'flowcontrol.apiserver.k8s.io/v1';

/** Kubernetes: an object that says `true` here is kept as this version of Kubernetes suggests it. */
export const autoUpdateAnnotation = 'apf.kubernetes.io/autoupdate-spec';

const annotations = { [autoUpdateAnnotation]: 'true' };

export function flowSchemaOf(
  name: string,
  level: string,
  matchingPrecedence: number,
  distinguisher: 'ByUser' | 'ByNamespace' | undefined,
  rule: PolicyRulesWithSubjects,
): FlowSchema {
  return {
    apiVersion,
    kind: 'FlowSchema',
    metadata: { name, annotations },
    spec: {
      priorityLevelConfiguration: { name: level },
      matchingPrecedence,
      ...(distinguisher === undefined ? {} : { distinguisherMethod: { type: distinguisher } }),
      rules: [rule],
    },
  };
}

export function priorityLevelOf(name: string, spec: PriorityLevelConfigurationSpec): PriorityLevelConfiguration {
  return { apiVersion, kind: 'PriorityLevelConfiguration', metadata: { name, annotations }, spec };
}

/** Every request there is. */
export const everyRequest: Pick<PolicyRulesWithSubjects, 'resourceRules' | 'nonResourceRules'> = {
  resourceRules: [{ verbs: ['*'], apiGroups: ['*'], resources: ['*'], clusterScope: true, namespaces: ['*'] }],
  nonResourceRules: [{ verbs: ['*'], nonResourceURLs: ['*'] }],
};

export function groupSubjects(...names: readonly string[]): PolicyRulesWithSubjects['subjects'] {
  return names.map(name => ({ kind: 'Group', group: { name } }));
}

/** Kubernetes: what requests are sorted by even where nobody has configured anything. Their specs cannot be changed. */
export const mandatoryFlowSchemas: readonly FlowSchema[] = [
  flowSchemaOf('exempt', 'exempt', 1, undefined, { subjects: groupSubjects('system:masters'), ...everyRequest }),
  flowSchemaOf('catch-all', 'catch-all', 10_000, 'ByUser', {
    subjects: groupSubjects('system:unauthenticated', 'system:authenticated'),
    ...everyRequest,
  }),
];

export const mandatoryPriorityLevels: readonly PriorityLevelConfiguration[] = [
  priorityLevelOf('catch-all', {
    type: 'Limited',
    limited: { nominalConcurrencyShares: 5, limitResponse: { type: 'Reject' }, lendablePercent: 0 },
  }),
  priorityLevelOf('exempt', { type: 'Exempt', exempt: { nominalConcurrencyShares: 0, lendablePercent: 0 } }),
];
