import { formatLabelSelector } from '../../machinery/index.ts';
import { type Deployment, type DeploymentStrategy, deployments } from '../generated/index.ts';
import { defineKind } from './define-kind.ts';
import { changeField, fillDefaults } from './fill-defaults.ts';
import { defaultPodTemplate } from './pod-spec-defaults.ts';
import { statusRules } from './status-rules.ts';
import { ageColumn, looseColumn, nameColumn, templateColumns, textColumn, wide } from './table-columns.ts';

function setDefaults(deployment: Deployment): Deployment {
  return changeField(deployment, 'spec', spec => {
    const complete = fillDefaults(spec, { replicas: 1, revisionHistoryLimit: 10, progressDeadlineSeconds: 600 });
    const strategy = defaultStrategy(complete.strategy ?? {});
    const settled = strategy === complete.strategy ? complete : { ...complete, strategy };
    return changeField(settled, 'template', defaultPodTemplate);
  });
}

function defaultStrategy(strategy: DeploymentStrategy): DeploymentStrategy {
  const typed = fillDefaults(strategy, { type: 'RollingUpdate' });
  if (typed.type !== 'RollingUpdate') return typed;
  const rollingUpdate = fillDefaults(typed.rollingUpdate ?? {}, { maxUnavailable: '25%', maxSurge: '25%' });
  return rollingUpdate === typed.rollingUpdate ? typed : { ...typed, rollingUpdate };
}

export const deployment = defineKind(deployments, {
  setDefaults,
  prepareForCreate: object => ({ ...object, status: {} }),
  status: statusRules<Deployment>({ keeps: 'labels' }),
  scale: { specReplicas: 'spec.replicas', statusReplicas: 'status.replicas', selector: 'spec.selector' },
  columns: [
    nameColumn,
    textColumn<Deployment>(
      'Ready',
      'Ready pods of those wanted.',
      o => `${o.status?.readyReplicas ?? 0}/${o.spec?.replicas ?? 0}`,
    ),
    looseColumn<Deployment>(
      'Up-to-date',
      'Pods of the current template.',
      object => object.status?.updatedReplicas ?? 0,
    ),
    looseColumn<Deployment>(
      'Available',
      'Pods ready for long enough.',
      object => object.status?.availableReplicas ?? 0,
    ),
    ageColumn,
    ...templateColumns<Deployment>(object => object.spec?.template?.spec?.containers ?? []),
    textColumn<Deployment>(
      'Selector',
      'Which pods belong to it.',
      object => formatLabelSelector(object.spec?.selector),
      wide,
    ),
  ],
});
