import { canonicalizeQuantity } from '../../machinery/index.ts';
import {
  type HorizontalPodAutoscaler,
  type HPAScalingRules,
  horizontalPodAutoscalers,
  horizontalPodAutoscalersV1,
  type MetricSpec,
  type MetricStatus,
} from '../generated/index.ts';
import { cpuMetric, toV1, toV2 } from './autoscaler-v1.ts';
import { validateAutoscaler, validateAutoscalerStatus } from './autoscaler-validation.ts';
import { defineKind } from './define-kind.ts';
import { changeField, fillDefaults } from './fill-defaults.ts';
import { statusRules } from './status-rules.ts';
import { ageColumn, looseColumn, nameColumn, textColumn } from './table-columns.ts';

const scaleUpRules: HPAScalingRules = {
  stabilizationWindowSeconds: 0,
  selectPolicy: 'Max',
  policies: [
    { type: 'Pods', value: 4, periodSeconds: 15 },
    { type: 'Percent', value: 100, periodSeconds: 15 },
  ],
};
const scaleDownRules: HPAScalingRules = {
  selectPolicy: 'Max',
  policies: [{ type: 'Percent', value: 100, periodSeconds: 15 }],
};

function setDefaults(autoscaler: HorizontalPodAutoscaler): HorizontalPodAutoscaler {
  return changeField(autoscaler, 'spec', spec => {
    const metrics = (spec.metrics ?? []).length > 0 ? spec.metrics : [cpuMetric(80)];
    const complete = fillDefaults(metrics === spec.metrics ? spec : { ...spec, metrics }, { minReplicas: 1 });
    return changeField(complete, 'behavior', behavior => ({
      ...behavior,
      scaleUp: fillDefaults(behavior.scaleUp ?? {}, scaleUpRules),
      scaleDown: fillDefaults(behavior.scaleDown ?? {}, scaleDownRules),
    }));
  });
}

const quantity = (value: string | undefined): string => canonicalizeQuantity(value ?? '0') ?? '';
const unknown = '<unknown>';

function formatMetric(spec: MetricSpec, status: MetricStatus | undefined): string {
  switch (spec.type) {
    case 'External':
      return formatValue(spec.external?.target, status?.external?.current);
    case 'Object':
      return formatValue(spec.object?.target, status?.object?.current);
    case 'Pods': {
      const current = status?.pods === undefined ? unknown : quantity(status.pods.current.averageValue);
      return `${current}/${quantity(spec.pods?.target.averageValue)}`;
    }
    case 'Resource':
      return `${spec.resource?.name}: ${formatResource(spec.resource?.target, status?.resource?.current)}`;
    case 'ContainerResource':
      return `${spec.containerResource?.name}: ${formatResource(spec.containerResource?.target, status?.containerResource?.current)}`;
    default:
      return '<unknown type>';
  }
}

interface Amounts {
  readonly averageUtilization?: number | undefined;
  readonly averageValue?: string | undefined;
  readonly value?: string | undefined;
}

function formatValue(target: Amounts | undefined, current: Amounts | undefined): string {
  if (target?.averageValue !== undefined) {
    const now = current?.averageValue === undefined ? unknown : quantity(current.averageValue);
    return `${now}/${quantity(target.averageValue)} (avg)`;
  }
  return `${current === undefined ? unknown : quantity(current.value)}/${quantity(target?.value)}`;
}

function formatResource(target: Amounts | undefined, current: Amounts | undefined): string {
  if (target?.averageValue !== undefined) {
    return `${current === undefined ? unknown : quantity(current.averageValue)}/${quantity(target.averageValue)}`;
  }
  const now = current?.averageUtilization === undefined ? unknown : `${current.averageUtilization}%`;
  return `${now}/${target?.averageUtilization === undefined ? '<auto>' : `${target.averageUtilization}%`}`;
}

function formatMetrics({ spec, status }: HorizontalPodAutoscaler): string {
  const metrics = spec?.metrics ?? [];
  if (metrics.length === 0) return '<none>';
  const list = metrics.map((metric, index) => formatMetric(metric, status?.currentMetrics?.[index]));
  const text = list.slice(0, 2).join(', ');
  return list.length > 2 ? `${text} + ${list.length - 2} more...` : text;
}

export const horizontalPodAutoscaler = defineKind(
  horizontalPodAutoscalers,
  {
    hasGeneration: false,
    setDefaults,
    prepareForCreate: object => ({ ...object, status: { desiredReplicas: 0 } }),
    skipsFullValidationOnUpdate: true,
    validateCreate: object => validateAutoscaler(object),
    validateUpdate: validateAutoscaler,
    status: statusRules<HorizontalPodAutoscaler>({ validateUpdate: validateAutoscalerStatus }),
    columns: [
      nameColumn,
      textColumn<HorizontalPodAutoscaler>(
        'Reference',
        'What it scales.',
        ({ spec }) => `${spec?.scaleTargetRef?.kind}/${spec?.scaleTargetRef?.name}`,
      ),
      textColumn<HorizontalPodAutoscaler>('Targets', 'Metrics, now and wanted.', formatMetrics),
      textColumn<HorizontalPodAutoscaler>('MinPods', 'Fewest pods.', object =>
        String(object.spec?.minReplicas ?? '<unset>'),
      ),
      looseColumn<HorizontalPodAutoscaler>('MaxPods', 'Most pods.', object => object.spec?.maxReplicas ?? 0),
      looseColumn<HorizontalPodAutoscaler>('Replicas', 'Pods now.', object => object.status?.currentReplicas ?? 0),
      ageColumn,
    ],
  },
  [{ type: horizontalPodAutoscalersV1, convert: { toStorage: toV2, fromStorage: toV1 } }],
);
