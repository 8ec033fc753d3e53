import type {
  FieldSelectorAttributes,
  LabelSelectorAttributes,
  ResourceAttributes,
} from '../../../api/generated/index.ts';
import {
  type FieldError,
  FieldMatcher,
  type FieldRequirement,
  fieldError,
  parseFieldSelector,
  parseLabelSelector,
  readLabelSelector,
  validateLabelSelector,
} from '../../../machinery/index.ts';

/** What a review says of the objects that it is about, as authorizers read it, and what of that could not be read. */
export interface ReviewSelectors {
  readonly fieldSelector?: string | undefined;
  readonly labelSelector?: string | undefined;
  readonly problems: readonly string[];
}

/**
 * Kubernetes: what cannot be read is left out, which asks for more, so that clients newer than the server are answered.
 */
export function readSelectors({ fieldSelector, labelSelector }: ResourceAttributes): ReviewSelectors {
  const fields = fieldSelector === undefined ? undefined : readFields(fieldSelector);
  const labels = labelSelector === undefined ? undefined : readLabels(labelSelector);
  return {
    fieldSelector: fields?.text,
    labelSelector: labels?.text,
    problems: [...describe('fieldSelector', fields), ...describe('labelSelector', labels)],
  };
}

interface Reading {
  /** Undefined where nothing is left of it. */
  readonly text: string | undefined;
  readonly hasProblem: boolean;
}

function describe(name: string, reading: Reading | undefined): readonly string[] {
  if (reading?.hasProblem !== true) return [];
  const extent = reading.text === undefined ? 'ignored' : 'partially ignored';
  return [`spec.resourceAttributes.${name} ${extent} due to parse error`];
}

function readFields({ rawSelector = '', requirements = [] }: FieldSelectorAttributes): Reading {
  if (requirements.length === 0) return readRaw(rawSelector, parseFieldSelector(rawSelector).problem);
  const known: FieldRequirement[] = [];
  for (const { key, operator, values = [] } of requirements) {
    const [value, ...more] = values;
    if (value === undefined || more.length > 0) continue;
    if (operator === 'In') known.push({ field: key, operator: '=', value });
    else if (operator === 'NotIn') known.push({ field: key, operator: '!=', value });
  }
  return {
    text: known.length === 0 ? undefined : new FieldMatcher(known).toString(),
    hasProblem: known.length < requirements.length,
  };
}

function readLabels({ rawSelector = '', requirements = [] }: LabelSelectorAttributes): Reading {
  if (requirements.length === 0) return readRaw(rawSelector, parseLabelSelector(rawSelector).problem);
  const known = requirements.filter(one => readLabelSelector({ matchExpressions: [one] }).problem === undefined);
  return {
    text: known.length === 0 ? undefined : readLabelSelector({ matchExpressions: known }).value?.toString(),
    hasProblem: known.length < requirements.length,
  };
}

function readRaw(text: string, problem: string | undefined): Reading {
  return { text: problem === undefined && text !== '' ? text : undefined, hasProblem: problem !== undefined };
}

const field = 'spec.resourceAttributes';

export function validateSelectors({ fieldSelector, labelSelector }: ResourceAttributes): readonly FieldError[] {
  return [
    ...validateOne(fieldSelector, `${field}.fieldSelector`),
    ...(fieldSelector?.requirements ?? []).flatMap((requirement, i) =>
      validateFieldRequirement(requirement, `${field}.fieldSelector.requirements[${i}]`),
    ),
    ...validateOne(labelSelector, `${field}.labelSelector`),
    ...(labelSelector?.requirements ?? []).flatMap((requirement, i) =>
      validateLabelRequirement(requirement, `${field}.labelSelector.requirements[${i}]`),
    ),
  ];
}

function validateOne(
  selector: FieldSelectorAttributes | LabelSelectorAttributes | undefined,
  at: string,
): readonly FieldError[] {
  if (selector === undefined) return [];
  const { rawSelector = '', requirements = [] } = selector;
  if (rawSelector !== '' && requirements.length > 0) {
    const why = 'may not specified at the same time as requirements';
    return [fieldError.invalid(`${at}.rawSelector`, rawSelector, why)];
  }
  if (rawSelector !== '' || requirements.length > 0) return [];
  return [
    fieldError.required(`${at}.requirements`, `when ${at} is specified, requirements or rawSelector is required`),
  ];
}

type FieldSelectorRequirement = NonNullable<FieldSelectorAttributes['requirements']>[number];
type LabelSelectorRequirement = NonNullable<LabelSelectorAttributes['requirements']>[number];

function validateFieldRequirement(requirement: FieldSelectorRequirement, at: string): readonly FieldError[] {
  const { key = '', operator, values = [] } = requirement;
  const errors: FieldError[] = key === '' ? [fieldError.required(`${at}.key`, 'must be specified')] : [];
  if ((operator === 'In' || operator === 'NotIn') && values.length === 0) {
    errors.push(fieldError.required(`${at}.values`, "must be specified when `operator` is 'In' or 'NotIn'"));
  }
  if ((operator === 'Exists' || operator === 'DoesNotExist') && values.length > 0) {
    const why = "may not be specified when `operator` is 'Exists' or 'DoesNotExist'";
    errors.push(fieldError.forbidden(`${at}.values`, why));
  }
  return errors;
}

/** Kubernetes: operators that the server does not know are let pass. */
function validateLabelRequirement(requirement: LabelSelectorRequirement, at: string): readonly FieldError[] {
  const prefix = 'matchExpressions[0]';
  return validateLabelSelector({ matchExpressions: [requirement] }, '')
    .filter(error => error.detail !== 'not a valid selector operator')
    .map(error => ({ ...error, field: at + error.field.slice(error.field.indexOf(prefix) + prefix.length) }));
}
