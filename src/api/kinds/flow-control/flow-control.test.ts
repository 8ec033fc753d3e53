import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { formatFieldError, type KubeObject } from '../../../machinery/index.ts';
import type { KindDefinition } from '../../kind-definition.ts';
import { flowSchema, mandatoryFlowSchemas, mandatoryPriorityLevels, priorityLevelConfiguration } from './index.ts';

function problemsOf({ rules }: KindDefinition, name: string, spec: unknown): readonly string[] {
  const object = { metadata: { name }, spec } as unknown as KubeObject;
  return (rules.validateCreate?.(rules.setDefaults?.(object) ?? object) ?? []).map(formatFieldError);
}

describe('FlowSchemas', () => {
  test('are refused as Kubernetes refuses them', () => {
    const spec = {
      distinguisherMethod: { type: 'Foo' },
      matchingPrecedence: 1,
      priorityLevelConfiguration: { name: '' },
      rules: [
        {
          subjects: [{ kind: 'Foo' }, { kind: 'User', group: { name: 'x' } }],
          resourceRules: [{ verbs: ['get', 'foo'], apiGroups: [], resources: ['*', 'b'], namespaces: ['A_'] }],
          nonResourceRules: [{ verbs: ['*', 'x'], nonResourceURLs: ['/a b', 'x'] }],
        },
        { subjects: [] },
      ],
    };
    assert.deepEqual(problemsOf(flowSchema, 'x', spec), [
      "spec.matchingPrecedence: Invalid value: 1: only the schema named 'exempt' may have matchingPrecedence 1",
      'spec.distinguisherMethod.type: Unsupported value: {"Type":"Foo"}: supported values: "ByNamespace", "ByUser"',
      'spec.priorityLevelConfiguration.name: Required value: must reference a priority level',
      'spec.rules[0].subjects[0].kind: Unsupported value: "Foo": supported values: "Group", "ServiceAccount", "User"',
      "spec.rules[0].subjects[1].user: Required value: user is required when subject kind is 'User'",
      "spec.rules[0].subjects[1].group: Forbidden: group is forbidden when subject kind is not 'Group'",
      'spec.rules[0].resourceRules[0].verbs: Unsupported value: ["get","foo"]: supported values: "create", "delete", "deletecollection", "get", "list", "patch", "proxy", "update", "watch"',
      'spec.rules[0].resourceRules[0].apiGroups: Required value: resource rules must supply at least one api group',
      'spec.rules[0].resourceRules[0].resources: Invalid value: ["*","b"]: if \'*\' is present, must not specify other resources',
      "spec.rules[0].resourceRules[0].namespaces[0]: Invalid value: \"A_\": each member of this list must be '*' or a DNS-1123 label; a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-', and must start and end with an alphanumeric character (e.g. 'my-name',  or '123-abc', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?')",
      'spec.rules[0].nonResourceRules[0].verbs: Invalid value: ["*","x"]: if \'*\' is present, must not specify other verbs',
      'spec.rules[0].nonResourceRules[0].nonResourceURLs[0]: Invalid value: "/a b": must not contain white-space',
      'spec.rules[0].nonResourceRules[0].nonResourceURLs[1]: Invalid value: "x": must start with slash',
      'spec.rules[1].subjects: Required value: subjects must contain at least one value',
      'spec.rules[1]: Required value: at least one of resourceRules and nonResourceRules has to be non-empty',
    ]);
  });

  test('that every cluster has keep their specs', () => {
    for (const { metadata, spec } of mandatoryFlowSchemas) {
      assert.deepEqual(problemsOf(flowSchema, metadata.name!, spec), []);
    }
    assert.deepEqual(problemsOf(flowSchema, 'exempt', { ...mandatoryFlowSchemas[0]!.spec, matchingPrecedence: 9 }), [
      'spec: Invalid value: {"PriorityLevelConfiguration":{"Name":"exempt"},"MatchingPrecedence":9,"DistinguisherMethod":null,"Rules":[{"Subjects":[{"Kind":"Group","User":null,"Group":{"Name":"system:masters"},"ServiceAccount":null}],"ResourceRules":[{"Verbs":["*"],"APIGroups":["*"],"Resources":["*"],"ClusterScope":true,"Namespaces":["*"]}],"NonResourceRules":[{"Verbs":["*"],"NonResourceURLs":["*"]}]}]}: spec of \'exempt\' must equal the fixed value',
    ]);
  });
});

describe('PriorityLevelConfigurations', () => {
  test('are refused as Kubernetes refuses them', () => {
    const limited = {
      nominalConcurrencyShares: -1,
      lendablePercent: 101,
      borrowingLimitPercent: -1,
      limitResponse: { type: 'Queue', queuing: { queues: 1000, handSize: 12, queueLengthLimit: -1 } },
    };
    assert.deepEqual(problemsOf(priorityLevelConfiguration, 'x', { type: 'Limited', limited }), [
      'spec.limited.nominalConcurrencyShares: Invalid value: -1: must be a non-negative integer',
      'spec.limited.limitResponse.queuing.queueLengthLimit: Invalid value: -1: must be positive',
      'spec.limited.limitResponse.queuing.handSize: Invalid value: 12: required entropy bits of deckSize 1000 and handSize 12 should not be greater than 60',
      'spec.limited.lendablePercent: Invalid value: 101: must be between 0 and 100, inclusive',
      'spec.limited.borrowingLimitPercent: Invalid value: -1: if specified, must be a non-negative integer',
    ]);
    assert.deepEqual(problemsOf(priorityLevelConfiguration, 'y', { type: 'Exempt', limited }), [
      "spec.type: Invalid value: \"Exempt\": must be 'Exempt' if and only if `name` is 'exempt'",
      'spec.limited: Forbidden: must be nil if the type is not Limited',
    ]);
    assert.deepEqual(problemsOf(priorityLevelConfiguration, 'y', { type: 'Foo', limited }), [
      'spec.type: Unsupported value: "Foo": supported values: "Exempt", "Limited"',
    ]);
    assert.deepEqual(
      problemsOf(priorityLevelConfiguration, 'y', {
        type: 'Limited',
        exempt: {},
        limited: { limitResponse: { type: 'Queue' } },
      }),
      [
        'spec.exempt: Forbidden: must be nil if the type is Limited',
        'spec.limited.limitResponse.queuing: Required value: must not be empty if limited.limitResponse.type is Limited',
      ],
    );
    assert.deepEqual(problemsOf(priorityLevelConfiguration, 'y', { type: 'Limited' }), [
      'spec.limited: Required value: must not be empty when type is Limited',
    ]);
  });

  test('that every cluster has keep their specs, but for the share of the exempt one', () => {
    for (const { metadata, spec } of mandatoryPriorityLevels) {
      assert.deepEqual(problemsOf(priorityLevelConfiguration, metadata.name!, spec), []);
    }
    const [catchAll] = mandatoryPriorityLevels;
    const limited = { ...catchAll!.spec.limited, nominalConcurrencyShares: 9 };
    assert.deepEqual(problemsOf(priorityLevelConfiguration, 'catch-all', { ...catchAll!.spec, limited }), [
      'spec: Invalid value: {"Type":"Limited","Limited":{"NominalConcurrencyShares":9,"LimitResponse":{"Type":"Reject","Queuing":null},"LendablePercent":0,"BorrowingLimitPercent":null},"Exempt":null}: spec of \'catch-all\' must equal the fixed value',
    ]);
    const exempt = { nominalConcurrencyShares: 7, lendablePercent: 50 };
    assert.deepEqual(problemsOf(priorityLevelConfiguration, 'exempt', { type: 'Exempt', exempt }), []);
  });
});
