import {
  checkDns1123Label,
  type FieldError,
  fieldError,
  invalidEach,
  isSemanticallyEqual,
  nameChecks,
  readLabelSelector,
} from '../../machinery/index.ts';
import {
  type PersistentVolumeClaim,
  type PodTemplateSpec,
  type StatefulSet,
  type StatefulSetSpec,
  type StatefulSetUpdateStrategy,
  statefulSets,
} from '../generated/index.ts';
import { validateClaimSpec } from './claim-validation.ts';
import { defineKind } from './define-kind.ts';
import { changeField, changeItems, fillDefaults } from './fill-defaults.ts';
import { defaultPodTemplate } from './pod-spec-defaults.ts';
import { checkNonnegative, type Errors, validatePodTemplate } from './pod-validation/index.ts';
import { warnOfClaim, warnOfTemplate } from './pod-warnings.ts';
import { statusRules } from './status-rules.ts';
import { ageColumn, nameColumn, templateColumns, textColumn } from './table-columns.ts';
import {
  amountOf,
  checkLastingTemplate,
  checkSelectsTemplate,
  checkWorkloadSelector,
  validateAtMost100Percent,
  validatePositiveIntOrPercent,
} from './workload-rules.ts';
import { validateCounts } from './workload-status.ts';

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

/** Kubernetes: `ValidateStatefulSetSpec`. */
function validateSpec(spec: StatefulSetSpec, ignoresTemplate: boolean): readonly FieldError[] {
  const errors: Errors = [];
  checkPolicies(errors, spec);
  checkStrategy(errors, spec.updateStrategy ?? {});
  for (const name of ['replicas', 'minReadySeconds'] as const) checkNonnegative(errors, `spec.${name}`, spec[name]);
  checkNonnegative(errors, 'spec.ordinals.start', spec.ordinals?.start);
  checkWorkloadSelector(errors, spec.selector, 'spec.selector', 'statefulset');
  if (readLabelSelector(spec.selector).value === undefined) {
    errors.push(fieldError.invalid('spec.selector', spec.selector, ''));
  } else {
    checkSelectsTemplate(errors, spec.selector, spec.template, 'spec.template');
    if (!ignoresTemplate) errors.push(...validatePodTemplate(templateOfPods(spec), 'spec.template'));
  }
  checkLastingTemplate(errors, spec.template, 'spec.template', 'StatefulSet');
  return errors;
}

function checkPolicies(errors: Errors, spec: StatefulSetSpec): void {
  const { podManagementPolicy, persistentVolumeClaimRetentionPolicy: retention } = spec;
  if (podManagementPolicy !== 'OrderedReady' && podManagementPolicy !== 'Parallel') {
    const detail = "must be 'OrderedReady' or 'Parallel'";
    errors.push(fieldError.invalid('spec.podManagementPolicy', podManagementPolicy, detail));
  }
  for (const name of ['whenDeleted', 'whenScaled'] as const) {
    const value = retention?.[name];
    if (retention === undefined || value === 'Retain' || value === 'Delete') continue;
    const field = `spec.persistentVolumeClaimRetentionPolicy.${name}`;
    errors.push(fieldError.notSupported(field, value ?? '', ['Retain', 'Delete']));
  }
}

function checkStrategy(errors: Errors, strategy: StatefulSetUpdateStrategy): void {
  const { type, rollingUpdate } = strategy;
  const field = 'spec.updateStrategy';
  if (type !== 'OnDelete' && type !== 'RollingUpdate') {
    errors.push(fieldError.invalid(field, strategy, "must be 'RollingUpdate' or 'OnDelete'"));
    return;
  }
  if (rollingUpdate === undefined) return;
  if (type === 'OnDelete') {
    const detail = "only allowed for updateStrategy 'RollingUpdate'";
    errors.push(fieldError.invalid(`${field}.rollingUpdate`, rollingUpdate, detail));
    return;
  }
  checkNonnegative(errors, `${field}.rollingUpdate.partition`, rollingUpdate.partition);
  const { maxUnavailable } = rollingUpdate;
  if (maxUnavailable === undefined) return;
  const at = `${field}.rollingUpdate.maxUnavailable`;
  errors.push(...validatePositiveIntOrPercent(maxUnavailable, at));
  if (amountOf(maxUnavailable) === 0) errors.push(fieldError.invalid(at, maxUnavailable, 'cannot be 0'));
  errors.push(...validateAtMost100Percent(maxUnavailable, at));
}

/** The template as its pods will have it: with volumes for the claims, and with names that are their own. */
function templateOfPods({ template, volumeClaimTemplates = [] }: StatefulSetSpec): PodTemplateSpec {
  const { spec } = template;
  if (spec === undefined) return template;
  if (volumeClaimTemplates.length === 0 && !spec.subdomain && !spec.hostname) return template;
  const claimed = volumeClaimTemplates.map(claim => claim.metadata?.name ?? '');
  const volumes = [...new Set(claimed)].map(name => ({ name, persistentVolumeClaim: { claimName: name } }));
  const others = (spec.volumes ?? []).filter(volume => !claimed.includes(volume.name));
  return {
    ...template,
    spec: { ...spec, subdomain: undefined, hostname: undefined, volumes: [...volumes, ...others] },
  };
}

/** Kubernetes: the fields of a spec that may change. */
const changeable = [
  'replicas',
  'ordinals',
  'template',
  'updateStrategy',
  'revisionHistoryLimit',
  'persistentVolumeClaimRetentionPolicy',
  'minReadySeconds',
] as const;

function validateUpdate({ spec }: StatefulSet, old: StatefulSet): readonly FieldError[] {
  const isOldValid = validateSpec(old.spec, false).length === 0;
  const errors = validateSpec(spec, !isOldValid);
  const fixed: Record<string, unknown> = { ...spec };
  for (const name of changeable) fixed[name] = old.spec[name];
  if (isSemanticallyEqual(fixed, old.spec)) return errors;
  const most = changeable.slice(0, -1).map(name => `'${name}'`);
  const detail = `updates to statefulset spec for fields other than ${most.join(', ')} and 'minReadySeconds' are forbidden`;
  return [...errors, fieldError.forbidden('spec', detail)];
}

function validateCreate({ spec }: StatefulSet): readonly FieldError[] {
  const serviceName = spec.serviceName ?? '';
  const problems =
    serviceName === '' ? [] : invalidEach('spec.serviceName', serviceName, checkDns1123Label(serviceName));
  const claims = (spec.volumeClaimTemplates ?? []).flatMap((claim, index) =>
    validateClaimSpec(claim.spec ?? {}, `spec.volumeClaimTemplates[${index}].spec`),
  );
  return [...problems, ...claims, ...validateSpec(spec, false)];
}

function warnings(object: StatefulSet, old: StatefulSet | undefined): readonly string[] {
  const { volumeClaimTemplates: claims = [], revisionHistoryLimit } = object.spec;
  if (old !== undefined && old.spec === object.spec) return [];
  const texts = [
    ...warnOfTemplate(object, old),
    ...claims.flatMap((claim, index) => warnOfClaim(claim.spec?.resources, `spec.volumeClaimTemplates[${index}]`)),
  ];
  if ((revisionHistoryLimit ?? 0) >= 0) return texts;
  const text = 'a negative value retains all historical revisions; a value >= 0 is recommended';
  return [...texts, `spec.revisionHistoryLimit: ${text}`];
}

export const statefulSet = defineKind(statefulSets, {
  setDefaults,
  validateName: nameChecks.dnsLabel,
  prepareForCreate: object => ({ ...object, status: { replicas: 0, availableReplicas: 0 } }),
  skipsFullValidationOnUpdate: true,
  validateCreate,
  validateUpdate,
  warnings,
  status: statusRules<StatefulSet>({
    validateUpdate: (object, old) =>
      validateCounts(
        object.status,
        old.status,
        ['readyReplicas', 'currentReplicas', 'updatedReplicas', 'availableReplicas'],
        'status.readyReplicas',
      ),
  }),
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
