import { checkDns1123Subdomain, type FieldError, fieldError, isSemanticallyEqual } from '../../../machinery/index.ts';
import { type FlowSchema, type FlowSchemaSpec, flowSchemas } from '../../generated/index.ts';
import { defineKind } from '../define-kind.ts';
import { changeField } from '../fill-defaults.ts';
import { statusRules } from '../status-rules.ts';
import { ageColumn, looseColumn, nameColumn, textColumn } from '../table-columns.ts';
import { describeFlowSchemaSpec } from './describe-spec.ts';
import { mandatoryFlowSchemas } from './mandatory-objects.ts';
import { validateConditionTypes } from './validate-conditions.ts';
import { validateFlowRule } from './validate-flow-rule.ts';

const precedenceMax = 10_000;

/** Kubernetes: `ValidateFlowSchema`. */
function validateFlowSchema(object: FlowSchema): readonly FieldError[] {
  const name = object.metadata.name ?? '';
  const errors = [...validateSpec(object.spec, name)];
  const mandatory = mandatoryFlowSchemas.find(schema => schema.metadata.name === name);
  if (mandatory !== undefined && !isSemanticallyEqual(mandatory.spec, object.spec)) {
    const text = `spec of '${name}' must equal the fixed value`;
    errors.push(fieldError.invalid('spec', describeFlowSchemaSpec(object.spec), text));
  }
  return [...errors, ...validateConditionTypes(object.status?.conditions)];
}

function validateSpec(spec: FlowSchemaSpec, name: string): readonly FieldError[] {
  const { distinguisherMethod: method } = spec;
  const errors = [...validatePrecedence(spec.matchingPrecedence ?? 0, name)];
  if (method !== undefined && method.type !== 'ByNamespace' && method.type !== 'ByUser') {
    const supported = ['ByNamespace', 'ByUser'];
    errors.push(fieldError.notSupported('spec.distinguisherMethod.type', { Type: method.type }, supported));
  }
  errors.push(...validateLevelName(spec.priorityLevelConfiguration.name ?? ''));
  for (const [index, rule] of (spec.rules ?? []).entries()) {
    errors.push(...validateFlowRule(rule, `spec.rules[${index}]`));
  }
  return errors;
}

function validatePrecedence(precedence: number, name: string): readonly FieldError[] {
  const invalid = (text: string): readonly FieldError[] => [
    fieldError.invalid('spec.matchingPrecedence', precedence, text),
  ];
  if (precedence <= 0) return invalid('must be a positive value');
  if (precedence > precedenceMax) return invalid(`must not be greater than ${precedenceMax}`);
  if (precedence > 1 || name === 'exempt') return [];
  return invalid("only the schema named 'exempt' may have matchingPrecedence 1");
}

function validateLevelName(name: string): readonly FieldError[] {
  const field = 'spec.priorityLevelConfiguration.name';
  if (name === '') return [fieldError.required(field, 'must reference a priority level')];
  return checkDns1123Subdomain(name).map(text => fieldError.invalid(field, name, text));
}

/** Which requests belong to which priority level, and which of them make one flow. */
export const flowSchema = defineKind(flowSchemas, {
  setDefaults: object =>
    changeField(object, 'spec', spec => (spec.matchingPrecedence ? spec : { ...spec, matchingPrecedence: 1000 })),
  prepareForCreate: object => ({ ...object, status: {} }),
  validateCreate: validateFlowSchema,
  status: statusRules<FlowSchema>({ validateUpdate: object => validateConditionTypes(object.status?.conditions) }),
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
