import { type FieldError, fieldError, isSemanticallyEqual } from '../../../machinery/index.ts';
import {
  type ExemptPriorityLevelConfiguration,
  type LimitedPriorityLevelConfiguration,
  type LimitResponse,
  type PriorityLevelConfiguration,
  type PriorityLevelConfigurationSpec,
  priorityLevelConfigurations,
  type QueuingConfiguration,
} from '../../generated/index.ts';
import { defineKind } from '../define-kind.ts';
import { changeField, fillDefaults } from '../fill-defaults.ts';
import { statusRules } from '../status-rules.ts';
import { ageColumn, looseColumn, nameColumn, textColumn } from '../table-columns.ts';
import { describePriorityLevelSpec } from './describe-spec.ts';
import { mandatoryPriorityLevels } from './mandatory-objects.ts';
import { validateConditionTypes } from './validate-conditions.ts';

const queuesMax = 10_000_000;
/** Kubernetes: how many bits of a flow's hash choose its hand of queues. */
const hashBitsMax = 60;

function fillSpec(spec: PriorityLevelConfigurationSpec): PriorityLevelConfigurationSpec {
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

/** Kubernetes: `ValidatePriorityLevelConfiguration`. */
function validateLevel(object: PriorityLevelConfiguration): readonly FieldError[] {
  const name = object.metadata.name ?? '';
  const roundTrip = 'flowcontrol.k8s.io/v1beta3-preserve-zero-concurrency-shares';
  const isMarked = object.metadata.annotations?.[roundTrip] !== undefined;
  return [
    ...(isMarked ? [fieldError.forbidden('metadata.annotations', `annotation '${roundTrip}' is forbidden`)] : []),
    ...validateSpec(object.spec, name),
    ...validateMandatory(object.spec, name),
    ...validateConditionTypes(object.status?.conditions),
  ];
}

function validateSpec(spec: PriorityLevelConfigurationSpec, name: string): readonly FieldError[] {
  const { type, limited, exempt } = spec;
  if (type !== 'Exempt' && type !== 'Limited') {
    const error = fieldError.notSupported('spec.type', type, ['Exempt', 'Limited']);
    return name === 'exempt' ? [wrongType(type), error] : [error];
  }
  const errors: FieldError[] = [];
  if ((name === 'exempt') !== (type === 'Exempt')) errors.push(wrongType(type));
  if (type === 'Exempt') {
    if (limited !== undefined)
      errors.push(fieldError.forbidden('spec.limited', 'must be nil if the type is not Limited'));
    if (exempt !== undefined) errors.push(...validateExempt(exempt));
    return errors;
  }
  if (exempt !== undefined) errors.push(fieldError.forbidden('spec.exempt', 'must be nil if the type is Limited'));
  if (limited !== undefined) return [...errors, ...validateLimited(limited)];
  return [...errors, fieldError.required('spec.limited', 'must not be empty when type is Limited')];
}

function wrongType(type: string): FieldError {
  return fieldError.invalid('spec.type', type, "must be 'Exempt' if and only if `name` is 'exempt'");
}

/** Kubernetes: the share of the level `exempt` may be changed, and nothing else of the two levels that always are. */
function validateMandatory(spec: PriorityLevelConfigurationSpec, name: string): readonly FieldError[] {
  const mandatory = mandatoryPriorityLevels.find(level => level.metadata.name === name)?.spec;
  if (mandatory === undefined) return [];
  const isExempt = name === 'exempt';
  if (isSemanticallyEqual(mandatory, isExempt ? { ...spec, exempt: mandatory.exempt } : spec)) return [];
  const exception = isExempt ? " except the 'spec.exempt' field" : '';
  const text = `spec of '${name}'${exception} must equal the fixed value`;
  return [fieldError.invalid('spec', describePriorityLevelSpec(spec), text)];
}

function validateExempt(level: ExemptPriorityLevelConfiguration): readonly FieldError[] {
  const field = 'spec.exempt';
  return [...validateShares(level.nominalConcurrencyShares, field), ...validateLendable(level.lendablePercent, field)];
}

function validateLimited(level: LimitedPriorityLevelConfiguration): readonly FieldError[] {
  const field = 'spec.limited';
  const { borrowingLimitPercent: borrowing } = level;
  return [
    ...validateShares(level.nominalConcurrencyShares, field),
    ...validateResponse(level.limitResponse, `${field}.limitResponse`),
    ...validateLendable(level.lendablePercent, field),
    ...(borrowing !== undefined && borrowing < 0
      ? [
          fieldError.invalid(
            `${field}.borrowingLimitPercent`,
            borrowing,
            'if specified, must be a non-negative integer',
          ),
        ]
      : []),
  ];
}

function validateShares(shares: number | undefined, field: string): readonly FieldError[] {
  if (shares === undefined || shares >= 0) return [];
  return [fieldError.invalid(`${field}.nominalConcurrencyShares`, shares, 'must be a non-negative integer')];
}

function validateLendable(percent: number | undefined, field: string): readonly FieldError[] {
  if (percent === undefined || (percent >= 0 && percent <= 100)) return [];
  return [fieldError.invalid(`${field}.lendablePercent`, percent, 'must be between 0 and 100, inclusive')];
}

function validateResponse(response: LimitResponse | undefined, field: string): readonly FieldError[] {
  const type = response?.type ?? '';
  const queuing = response?.queuing;
  if (type === 'Reject') {
    if (queuing === undefined) return [];
    return [fieldError.forbidden(`${field}.queuing`, 'must be nil if limited.limitResponse.type is not Limited')];
  }
  if (type !== 'Queue') return [fieldError.notSupported(`${field}.type`, type, ['Queue', 'Reject'])];
  if (queuing !== undefined) return validateQueuing(queuing, `${field}.queuing`);
  return [fieldError.required(`${field}.queuing`, 'must not be empty if limited.limitResponse.type is Limited')];
}

function validateQueuing(
  { queues = 0, handSize = 0, queueLengthLimit = 0 }: QueuingConfiguration,
  field: string,
): readonly FieldError[] {
  const errors: FieldError[] = [];
  const positive = 'must be positive';
  if (queueLengthLimit <= 0) errors.push(fieldError.invalid(`${field}.queueLengthLimit`, queueLengthLimit, positive));
  if (queues <= 0) errors.push(fieldError.invalid(`${field}.queues`, queues, positive));
  else if (queues > queuesMax) {
    errors.push(fieldError.invalid(`${field}.queues`, queues, `must not be greater than ${queuesMax}`));
  }
  const problem = describeHand(queues, handSize);
  if (problem !== undefined) errors.push(fieldError.invalid(`${field}.handSize`, handSize, problem));
  return errors;
}

function describeHand(queues: number, handSize: number): string | undefined {
  if (handSize <= 0) return 'must be positive';
  if (handSize > queues) return `should not be greater than queues (${queues})`;
  if (Math.ceil(Math.log2(queues) * handSize) <= hashBitsMax) return undefined;
  return `required entropy bits of deckSize ${queues} and handSize ${handSize} should not be greater than ${hashBitsMax}`;
}

const none = '<none>';

/** How much of an API server's attention a kind of request gets, and what happens to what is too much. */
export const priorityLevelConfiguration = defineKind(priorityLevelConfigurations, {
  setDefaults: object => changeField(object, 'spec', fillSpec),
  prepareForCreate: object => ({ ...object, status: {} }),
  validateCreate: validateLevel,
  status: statusRules<PriorityLevelConfiguration>({
    validateUpdate: object => validateConditionTypes(object.status?.conditions),
  }),
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
