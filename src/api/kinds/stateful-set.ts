import {
  type PersistentVolumeClaim,
  type StatefulSet,
  type StatefulSetUpdateStrategy,
  statefulSets,
} from '../generated/index.ts';
import { defineKind } from './define-kind.ts';
import { changeField, changeItems, fillDefaults } from './fill-defaults.ts';
import { defaultPodTemplate } from './pod-spec-defaults.ts';
import { statusRules } from './status-rules.ts';
import { ageColumn, nameColumn, templateColumns, textColumn } from './table-columns.ts';

function setDefaults(statefulSet: StatefulSet): StatefulSet {
  return changeField(statefulSet, 'spec', spec => {
    const complete = fillDefaults(spec, {
      podManagementPolicy: 'OrderedReady',
      replicas: 1,
      revisionHistoryLimit: 10,
      persistentVolumeClaimRetentionPolicy: { whenDeleted: 'Retain', whenScaled: 'Retain' },
    });
    const retained = changeField(complete, 'persistentVolumeClaimRetentionPolicy', policy =>
      fillDefaults(policy, { whenDeleted: 'Retain', whenScaled: 'Retain' }),
    );
    const updateStrategy = defaultStrategy(retained.updateStrategy ?? {});
    const settled = updateStrategy === retained.updateStrategy ? retained : { ...retained, updateStrategy };
    const claimed = changeField(settled, 'volumeClaimTemplates', claims => changeItems(claims, defaultClaim));
    return changeField(claimed, 'template', defaultPodTemplate);
  });
}

function defaultStrategy(strategy: StatefulSetUpdateStrategy): StatefulSetUpdateStrategy {
  const typed = (strategy.type ?? '') === '' ? { rollingUpdate: {}, ...strategy, type: 'RollingUpdate' } : strategy;
  if (typed.type !== 'RollingUpdate' || typed.rollingUpdate === undefined) return typed;
  const rollingUpdate = fillDefaults(typed.rollingUpdate, { partition: 0 });
  return rollingUpdate === typed.rollingUpdate ? typed : { ...typed, rollingUpdate };
}

function defaultClaim(claim: PersistentVolumeClaim): PersistentVolumeClaim {
  const typed = fillDefaults(claim, { apiVersion: 'v1', kind: 'PersistentVolumeClaim', status: { phase: 'Pending' } });
  const phased = changeField(typed, 'status', status => fillDefaults(status, { phase: 'Pending' }));
  return changeField(phased, 'spec', spec => fillDefaults(spec, { volumeMode: 'Filesystem' }));
}

export const statefulSet = defineKind(statefulSets, {
  setDefaults,
  prepareForCreate: object => ({ ...object, status: { replicas: 0, availableReplicas: 0 } }),
  status: statusRules<StatefulSet>(),
  scale: { specReplicas: 'spec.replicas', statusReplicas: 'status.replicas', selector: 'spec.selector' },
  columns: [
    nameColumn,
    textColumn<StatefulSet>(
      'Ready',
      'Ready pods of those wanted.',
      o => `${o.status?.readyReplicas ?? 0}/${o.spec?.replicas ?? 0}`,
    ),
    ageColumn,
    ...templateColumns<StatefulSet>(object => object.spec?.template?.spec?.containers ?? []),
  ],
});
