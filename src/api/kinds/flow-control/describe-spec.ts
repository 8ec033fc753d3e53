import type { FlowSchemaSpec, PolicyRulesWithSubjects, PriorityLevelConfigurationSpec } from '../../generated/index.ts';

type FlowSubject = PolicyRulesWithSubjects['subjects'][number];

/** Kubernetes: a spec in an error message is its internal form, whose fields begin with capitals and are all there. */
export function describeFlowSchemaSpec(spec: FlowSchemaSpec): unknown {
  const { distinguisherMethod: method } = spec;
  return {
    PriorityLevelConfiguration: { Name: spec.priorityLevelConfiguration.name },
    MatchingPrecedence: spec.matchingPrecedence,
    DistinguisherMethod: method === undefined ? null : { Type: method.type },
    Rules: orNull(
      spec.rules?.map(({ subjects, resourceRules, nonResourceRules }) => ({
        Subjects: subjects.map(describeSubject),
        ResourceRules: orNull(
          resourceRules?.map(rule => ({
            Verbs: rule.verbs,
            APIGroups: rule.apiGroups,
            Resources: rule.resources,
            ClusterScope: rule.clusterScope ?? false,
            Namespaces: orNull(rule.namespaces),
          })),
        ),
        NonResourceRules: orNull(
          nonResourceRules?.map(rule => ({ Verbs: rule.verbs, NonResourceURLs: rule.nonResourceURLs })),
        ),
      })),
    ),
  };
}

function describeSubject({ kind, user, group, serviceAccount }: FlowSubject): unknown {
  return {
    Kind: kind,
    User: user === undefined ? null : { Name: user.name },
    Group: group === undefined ? null : { Name: group.name },
    ServiceAccount:
      serviceAccount === undefined ? null : { Namespace: serviceAccount.namespace, Name: serviceAccount.name },
  };
}

export function describePriorityLevelSpec({ type, limited, exempt }: PriorityLevelConfigurationSpec): unknown {
  const queuing = limited?.limitResponse?.queuing;
  return {
    Type: type,
    Limited:
      limited === undefined
        ? null
        : {
            NominalConcurrencyShares: limited.nominalConcurrencyShares,
            LimitResponse: {
              Type: limited.limitResponse?.type ?? '',
              Queuing:
                queuing === undefined
                  ? null
                  : { Queues: queuing.queues, HandSize: queuing.handSize, QueueLengthLimit: queuing.queueLengthLimit },
            },
            LendablePercent: orNull(limited.lendablePercent),
            BorrowingLimitPercent: orNull(limited.borrowingLimitPercent),
          },
    Exempt:
      exempt === undefined
        ? null
        : {
            NominalConcurrencyShares: orNull(exempt.nominalConcurrencyShares),
            LendablePercent: orNull(exempt.lendablePercent),
          },
  };
}

function orNull<T>(value: T | undefined): T | null {
  return value === undefined ? null : value;
}
