import {
  type FieldError,
  fieldError,
  isSemanticallyEqual,
  readLabelSelector,
  validateImmutable,
  validateLabelSelector,
} from '../../machinery/index.ts';
import { type DaemonSet, type DaemonSetUpdateStrategy, daemonSets } from '../generated/index.ts';
import { defineKind } from './define-kind.ts';
import { changeField, fillDefaults } from './fill-defaults.ts';
import { defaultPodTemplate } from './pod-spec-defaults.ts';
import { checkNonnegative, type Errors, validatePodTemplate } from './pod-validation/index.ts';
import { warnOfTemplate } from './pod-warnings.ts';
import { statusRules } from './status-rules.ts';
import {
  ageColumn,
  formatLabels,
  integerColumn,
  nameColumn,
  selectorColumn,
  templateColumns,
  textColumn,
} from './table-columns.ts';
import {
  amountOf,
  checkLastingTemplate,
  checkSelectsTemplate,
  showStrategy,
  validateAtMost100Percent,
  validatePositiveIntOrPercent,
} from './workload-rules.ts';
import { validateCounts } from './workload-status.ts';

function setDefaults(daemonSet: DaemonSet): DaemonSet {
  return changeField(daemonSet, 'spec', spec => {
    const complete = fillDefaults(spec, { revisionHistoryLimit: 10 });
    const updateStrategy = defaultStrategy(complete.updateStrategy ?? {});
    const settled = updateStrategy === complete.updateStrategy ? complete : { ...complete, updateStrategy };
    return changeField(settled, 'template', defaultPodTemplate);
  });
}

function defaultStrategy(strategy: DaemonSetUpdateStrategy): DaemonSetUpdateStrategy {
  const typed = fillDefaults(strategy, { type: 'RollingUpdate' });
  if (typed.type !== 'RollingUpdate') return typed;
  const rollingUpdate = fillDefaults(typed.rollingUpdate ?? {}, { maxUnavailable: 1, maxSurge: 0 });
  return rollingUpdate === typed.rollingUpdate ? typed : { ...typed, rollingUpdate };
}

/** Kubernetes: how often the template has changed, which old clients read from this annotation. */
const templateGeneration = 'deprecated.daemonset.template.generation';

function withTemplateGeneration(daemonSet: DaemonSet, count: number): DaemonSet {
  const { annotations } = daemonSet.metadata;
  const text = String(count);
  if (annotations?.[templateGeneration] === text) return daemonSet;
  const metadata = { ...daemonSet.metadata, annotations: { ...annotations, [templateGeneration]: text } };
  return { ...daemonSet, metadata };
}

function prepareForUpdate(daemonSet: DaemonSet, old: DaemonSet): DaemonSet {
  const count = Number(old.metadata.annotations?.[templateGeneration] ?? 0);
  const hasChanged = !isSemanticallyEqual(daemonSet.spec.template, old.spec.template);
  return withTemplateGeneration(daemonSet, hasChanged ? count + 1 : count);
}

/** Kubernetes: `ValidateDaemonSetSpec`. */
function validateDaemonSet({ spec }: DaemonSet): readonly FieldError[] {
  const { selector, template } = spec;
  const errors: Errors = [...validateLabelSelector(selector, 'spec.selector')];
  checkSelectsTemplate(errors, selector, template, 'spec.template');
  const isEmpty = readLabelSelector(selector).value?.isEverything === true;
  if (isEmpty) errors.push(fieldError.invalid('spec.selector', selector, 'empty selector is invalid for daemonset'));
  errors.push(...validatePodTemplate(template, 'spec.template'));
  checkLastingTemplate(errors, template, 'spec.template', 'DaemonSet');
  checkNonnegative(errors, 'spec.minReadySeconds', spec.minReadySeconds);
  checkStrategy(errors, spec.updateStrategy ?? {});
  checkNonnegative(errors, 'spec.revisionHistoryLimit', spec.revisionHistoryLimit);
  return errors;
}

/** Kubernetes: `ValidateDaemonSetUpdateStrategy`: it may grow or shrink during an update, not both. */
function checkStrategy(errors: Errors, strategy: DaemonSetUpdateStrategy): void {
  const { type, rollingUpdate } = strategy;
  if (type === 'OnDelete') return;
  if (type !== 'RollingUpdate') {
    errors.push(fieldError.notSupported('spec.updateStrategy', showStrategy(strategy), ['RollingUpdate', 'OnDelete']));
    return;
  }
  const field = 'spec.updateStrategy.rollingUpdate';
  const { maxUnavailable = 0, maxSurge = 0 } = rollingUpdate ?? {};
  errors.push(...validatePositiveIntOrPercent(maxUnavailable, `${field}.maxUnavailable`));
  errors.push(...validatePositiveIntOrPercent(maxSurge, `${field}.maxSurge`));
  errors.push(...validateAtMost100Percent(maxUnavailable, `${field}.maxUnavailable`));
  errors.push(...validateAtMost100Percent(maxSurge, `${field}.maxSurge`));
  const canShrink = amountOf(maxUnavailable) !== 0;
  const canGrow = amountOf(maxSurge) !== 0;
  if (canShrink && canGrow) {
    errors.push(fieldError.invalid(`${field}.maxSurge`, maxSurge, 'may not be set when maxUnavailable is non-zero'));
  } else if (!canShrink && !canGrow) {
    errors.push(fieldError.required(`${field}.maxUnavailable`, 'cannot be 0 when maxSurge is 0'));
  }
}

export const daemonSet = defineKind(daemonSets, {
  setDefaults,
  prepareForCreate: object => ({
    ...withTemplateGeneration(object, 1),
    status: { currentNumberScheduled: 0, desiredNumberScheduled: 0, numberMisscheduled: 0, numberReady: 0 },
  }),
  prepareForUpdate,
  validateCreate: validateDaemonSet,
  warnings: warnOfTemplate,
  validateUpdate: (object, old) => validateImmutable(object.spec.selector, old.spec.selector, 'spec.selector'),
  status: statusRules<DaemonSet>({ validateUpdate: (object, old) => validateCounts(object.status, old.status, []) }),
  columns: [
    nameColumn,
    integerColumn<DaemonSet>('Desired', 'Nodes that should run a pod.', o => o.status?.desiredNumberScheduled ?? 0),
    integerColumn<DaemonSet>('Current', 'Nodes that run one and should.', o => o.status?.currentNumberScheduled ?? 0),
    integerColumn<DaemonSet>('Ready', 'Nodes with a ready pod.', object => object.status?.numberReady ?? 0),
    integerColumn<DaemonSet>('Up-to-date', 'Nodes with a current pod.', o => o.status?.updatedNumberScheduled ?? 0),
    integerColumn<DaemonSet>(
      'Available',
      'Nodes with an available pod.',
      object => object.status?.numberAvailable ?? 0,
    ),
    textColumn<DaemonSet>('Node Selector', 'Nodes that it is for.', o =>
      formatLabels(o.spec?.template?.spec?.nodeSelector),
    ),
    ageColumn,
    ...templateColumns<DaemonSet>(object => object.spec?.template?.spec?.containers ?? []),
    selectorColumn<DaemonSet>(object => object.spec?.selector),
  ],
});
