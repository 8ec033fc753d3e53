import { type DaemonSet, type DaemonSetUpdateStrategy, daemonSets } from '../generated/index.ts';
import { defineKind } from './define-kind.ts';
import { changeField, fillDefaults } from './fill-defaults.ts';
import { defaultPodTemplate } from './pod-spec-defaults.ts';
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

export const daemonSet = defineKind(daemonSets, {
  setDefaults,
  prepareForCreate: object => ({
    ...object,
    status: { currentNumberScheduled: 0, desiredNumberScheduled: 0, numberMisscheduled: 0, numberReady: 0 },
  }),
  status: statusRules<DaemonSet>(),
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
