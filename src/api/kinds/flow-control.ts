import {
  type FlowSchema,
  flowSchemas,
  type PriorityLevelConfiguration,
  type PriorityLevelConfigurationSpec,
  priorityLevelConfigurations,
} from '../generated/index.ts';
import { defineKind } from './define-kind.ts';
import { changeField, fillDefaults } from './fill-defaults.ts';
import { statusRules } from './status-rules.ts';
import { ageColumn, looseColumn, nameColumn, textColumn } from './table-columns.ts';

/**
 * Kinds that divide an API server's attention. They are kept and shown; nothing here is throttled by them, since one
 * event loop serves all requests in turn.
 */
export const flowSchema = defineKind(flowSchemas, {
  setDefaults: object =>
    changeField(object, 'spec', spec => (spec.matchingPrecedence ? spec : { ...spec, matchingPrecedence: 1000 })),
  prepareForCreate: object => ({ ...object, status: {} }),
  status: statusRules<FlowSchema>(),
  columns: [
    nameColumn,
    textColumn<FlowSchema>(
      'PriorityLevel',
      'Its priority level.',
      object => object.spec.priorityLevelConfiguration.name,
    ),
    looseColumn<FlowSchema>(
      'MatchingPrecedence',
      'Lower ones are tried first.',
      object => object.spec.matchingPrecedence ?? 0,
    ),
    textColumn<FlowSchema>(
      'DistinguisherMethod',
      'What tells flows apart.',
      o => o.spec.distinguisherMethod?.type ?? '<none>',
    ),
    ageColumn,
    textColumn<FlowSchema>(
      'MissingPL',
      'Whether its priority level is missing.',
      object => object.status?.conditions?.find(condition => condition.type === 'Dangling')?.status ?? '?',
    ),
  ],
});

function defaultLevel(spec: PriorityLevelConfigurationSpec): PriorityLevelConfigurationSpec {
  const exempt = changeField(spec, 'exempt', level =>
    fillDefaults(level, { nominalConcurrencyShares: 0, lendablePercent: 0 }),
  );
  return changeField(exempt, 'limited', level =>
    changeField(fillDefaults(level, { nominalConcurrencyShares: 30, lendablePercent: 0 }), 'limitResponse', response =>
      changeField(response, 'queuing', queuing => ({
        ...queuing,
        queues: queuing.queues || 64,
        handSize: queuing.handSize || 8,
        queueLengthLimit: queuing.queueLengthLimit || 50,
      })),
    ),
  );
}

const none = '<none>';

export const priorityLevelConfiguration = defineKind(priorityLevelConfigurations, {
  setDefaults: object => changeField(object, 'spec', defaultLevel),
  prepareForCreate: object => ({ ...object, status: {} }),
  status: statusRules<PriorityLevelConfiguration>(),
  columns: [
    nameColumn,
    textColumn<PriorityLevelConfiguration>('Type', 'Limited or Exempt.', object => object.spec.type),
    looseColumn<PriorityLevelConfiguration>(
      'NominalConcurrencyShares',
      'Its share.',
      o => o.spec.limited?.nominalConcurrencyShares ?? none,
    ),
    looseColumn<PriorityLevelConfiguration>(
      'Queues',
      'How many queues.',
      o => o.spec.limited?.limitResponse?.queuing?.queues ?? none,
    ),
    looseColumn<PriorityLevelConfiguration>(
      'HandSize',
      'Queues a flow may use.',
      o => o.spec.limited?.limitResponse?.queuing?.handSize ?? none,
    ),
    looseColumn<PriorityLevelConfiguration>(
      'QueueLengthLimit',
      'Longest queue.',
      o => o.spec.limited?.limitResponse?.queuing?.queueLengthLimit ?? none,
    ),
    ageColumn,
  ],
});
