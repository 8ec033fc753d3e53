import { isJsonObject, type JsonObject, type KubeObject } from '../../machinery/index.ts';
import type {
  AutoscalingV1HorizontalPodAutoscaler,
  HorizontalPodAutoscaler,
  HPAScalingRules,
  LabelSelector,
  MetricSpec,
  MetricStatus,
} from '../generated/index.ts';

/**
 * autoscaling/v1, which knows of CPU only: the rest travels in annotations, metrics in shapes of their own, behavior
 * with the names of its Go fields. Kubernetes: `pkg/apis/autoscaling/v1/conversion.go`.
 */
const carried = {
  metrics: 'autoscaling.alpha.kubernetes.io/metrics',
  behavior: 'autoscaling.alpha.kubernetes.io/behavior',
  conditions: 'autoscaling.alpha.kubernetes.io/conditions',
  currentMetrics: 'autoscaling.alpha.kubernetes.io/current-metrics',
} as const;

interface Amounts {
  readonly type?: string | undefined;
  readonly averageUtilization?: number | undefined;
  readonly averageValue?: string | undefined;
  readonly value?: string | undefined;
}

export function cpuMetric(averageUtilization: number): MetricSpec {
  return { type: 'Resource', resource: { name: 'cpu', target: { type: 'Utilization', averageUtilization } } };
}

const isCpuShare = (metric: MetricSpec): boolean =>
  metric.type === 'Resource' &&
  metric.resource?.name === 'cpu' &&
  metric.resource.target?.averageUtilization !== undefined;

const isCpuStatus = (metric: MetricStatus): boolean => metric.type === 'Resource' && metric.resource?.name === 'cpu';

export function toV1(object: KubeObject): KubeObject {
  const { spec, status, ...rest } = object as unknown as HorizontalPodAutoscaler;
  const { metrics = [], behavior, ...shared } = spec ?? ({} as HorizontalPodAutoscaler['spec']);
  const { currentMetrics = [], conditions = [], ...sharedStatus } = status ?? { desiredReplicas: 0 };
  const others = metrics.filter(metric => !isCpuShare(metric));
  const annotations = {
    ...withoutCarried(rest.metadata.annotations),
    ...(others.length === 0 ? {} : { [carried.metrics]: JSON.stringify(others.map(specToV1)) }),
    ...(currentMetrics.length === 0
      ? {}
      : { [carried.currentMetrics]: JSON.stringify(currentMetrics.map(statusToV1)) }),
    ...(behavior === undefined
      ? {}
      : {
          [carried.behavior]: JSON.stringify({
            ScaleUp: rulesToGo(behavior.scaleUp),
            ScaleDown: rulesToGo(behavior.scaleDown),
          }),
        }),
    ...(conditions.length === 0 ? {} : { [carried.conditions]: JSON.stringify(conditions) }),
  };
  return {
    ...rest,
    metadata: withAnnotations(rest.metadata, annotations),
    spec: { ...shared, targetCPUUtilizationPercentage: metrics.find(isCpuShare)?.resource?.target.averageUtilization },
    status: {
      ...sharedStatus,
      currentReplicas: sharedStatus.currentReplicas ?? 0,
      currentCPUUtilizationPercentage: currentMetrics.findLast(isCpuStatus)?.resource?.current.averageUtilization,
    },
  } as unknown as KubeObject;
}

export function toV2(object: KubeObject): KubeObject {
  const { spec, status, ...rest } = object as unknown as AutoscalingV1HorizontalPodAutoscaler;
  const { targetCPUUtilizationPercentage: share, ...shared } = spec ?? {};
  const { currentCPUUtilizationPercentage: use, ...sharedStatus } = status ?? {};
  const given = rest.metadata.annotations ?? {};
  const others = (parseList(given[carried.metrics]) ?? []).map(specToV2);
  const metrics = share === undefined ? others : [...others, cpuMetric(share)];
  const behavior = parseBehavior(given[carried.behavior]);
  const current =
    parseList(given[carried.currentMetrics])?.map(statusToV2) ??
    (use === undefined
      ? undefined
      : [{ type: 'Resource', resource: { name: 'cpu', current: { averageUtilization: use } } }]);
  return {
    ...rest,
    metadata: withAnnotations(rest.metadata, withoutCarried(given)),
    spec: {
      ...shared,
      metrics: metrics.length === 0 ? [cpuMetric(80)] : metrics,
      ...(behavior === undefined ? {} : { behavior }),
    },
    status: {
      ...sharedStatus,
      // In v1 always there, in v2 only if it is something.
      currentReplicas: status?.currentReplicas || undefined,
      conditions: parseList(given[carried.conditions]),
      currentMetrics: current,
    },
  } as unknown as KubeObject;
}

function withoutCarried(annotations: Readonly<Record<string, string>> | undefined): Record<string, string> {
  const names: readonly string[] = Object.values(carried);
  return Object.fromEntries(Object.entries(annotations ?? {}).filter(([name]) => !names.includes(name)));
}

function withAnnotations(
  metadata: KubeObject['metadata'],
  annotations: Record<string, string>,
): KubeObject['metadata'] {
  const isEmpty = Object.keys(annotations).length === 0;
  if (isEmpty && metadata.annotations === undefined) return metadata;
  return { ...metadata, annotations: isEmpty ? undefined : annotations };
}

/** What an annotation carries; nothing where somebody wrote something else there. */
function parse(text: string | undefined): unknown {
  if (text === undefined) return undefined;
  try {
    return JSON.parse(text);
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}

function parseList(text: string | undefined): readonly JsonObject[] | undefined {
  const value = parse(text);
  return Array.isArray(value) ? value.filter(isJsonObject) : undefined;
}

function rulesToGo(rules: HPAScalingRules | undefined): object | null {
  if (rules === undefined) return null;
  return {
    StabilizationWindowSeconds: rules.stabilizationWindowSeconds ?? null,
    SelectPolicy: rules.selectPolicy ?? null,
    Policies: (rules.policies ?? []).map(({ type, value, periodSeconds }) => ({
      Type: type,
      Value: value,
      PeriodSeconds: periodSeconds,
    })),
    Tolerance: rules.tolerance ?? null,
  };
}

function parseBehavior(text: string | undefined): unknown {
  const value = fromGo(parse(text));
  return isJsonObject(value) && Object.keys(value).length > 0 ? value : undefined;
}

/** With names as JSON has them, and without what is null. */
function fromGo(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(fromGo);
  if (!isJsonObject(value)) return value;
  const entries = Object.entries(value).filter(([, field]) => field !== null);
  return Object.fromEntries(
    entries.map(([name, field]) => [name.charAt(0).toLowerCase() + name.slice(1), fromGo(field)]),
  );
}

interface Identified {
  readonly metric: { readonly name: string; readonly selector?: LabelSelector | undefined };
}

function specToV1(spec: MetricSpec): object {
  const { type, object, pods, resource, containerResource, external } = spec;
  return {
    type,
    ...(object === undefined
      ? {}
      : {
          object: {
            target: object.describedObject,
            ...named(object),
            targetValue: object.target.value ?? '0',
            averageValue: object.target.averageValue,
          },
        }),
    ...(pods === undefined ? {} : { pods: { ...named(pods), targetAverageValue: pods.target.averageValue ?? '0' } }),
    ...(resource === undefined ? {} : { resource: { name: resource.name, ...sharesToV1(resource.target) } }),
    ...(containerResource === undefined
      ? {}
      : {
          containerResource: {
            name: containerResource.name,
            ...sharesToV1(containerResource.target),
            container: containerResource.container,
          },
        }),
    ...(external === undefined
      ? {}
      : {
          external: {
            metricName: external.metric.name,
            metricSelector: external.metric.selector,
            targetValue: external.target.value,
            targetAverageValue: external.target.averageValue,
          },
        }),
  };
}

function named({ metric }: Identified): object {
  return { metricName: metric.name, selector: metric.selector };
}

function sharesToV1({ averageUtilization, averageValue }: Amounts): object {
  return { targetAverageUtilization: averageUtilization, targetAverageValue: averageValue };
}

function statusToV1(status: MetricStatus): object {
  const { type, object, pods, resource, containerResource, external } = status;
  const usesOf = ({ averageUtilization, averageValue }: Amounts): object => ({
    currentAverageUtilization: averageUtilization,
    currentAverageValue: averageValue ?? '0',
  });
  return {
    type,
    ...(object === undefined
      ? {}
      : {
          object: {
            target: object.describedObject,
            ...named(object),
            currentValue: object.current.value ?? '0',
            averageValue: object.current.averageValue,
          },
        }),
    ...(pods === undefined ? {} : { pods: { ...named(pods), currentAverageValue: pods.current.averageValue ?? '0' } }),
    ...(resource === undefined ? {} : { resource: { name: resource.name, ...usesOf(resource.current) } }),
    ...(containerResource === undefined
      ? {}
      : {
          containerResource: {
            name: containerResource.name,
            ...usesOf(containerResource.current),
            container: containerResource.container,
          },
        }),
    ...(external === undefined
      ? {}
      : {
          external: {
            metricName: external.metric.name,
            metricSelector: external.metric.selector,
            currentValue: external.current.value ?? '0',
            currentAverageValue: external.current.averageValue,
          },
        }),
  };
}

// What follows reads texts that anybody may have written: missing parts stay missing, and validation says so.

function part(metric: JsonObject, name: string): JsonObject | undefined {
  const value = metric[name];
  return isJsonObject(value) ? value : undefined;
}

function identify(source: JsonObject, selector: string): object {
  return { metric: { name: source['metricName'] ?? '', selector: source[selector] } };
}

function specToV2(spec: JsonObject): MetricSpec {
  const object = part(spec, 'object');
  const pods = part(spec, 'pods');
  const resource = part(spec, 'resource');
  const containerResource = part(spec, 'containerResource');
  const external = part(spec, 'external');
  return {
    type: spec['type'],
    ...(object === undefined
      ? {}
      : {
          object: { describedObject: object['target'], ...identify(object, 'selector'), target: objectTarget(object) },
        }),
    ...(pods === undefined
      ? {}
      : {
          pods: {
            ...identify(pods, 'selector'),
            target: { type: 'AverageValue', averageValue: pods['targetAverageValue'] ?? '0' },
          },
        }),
    ...(resource === undefined ? {} : { resource: { name: resource['name'], target: shareTarget(resource) } }),
    ...(containerResource === undefined
      ? {}
      : {
          containerResource: {
            name: containerResource['name'],
            container: containerResource['container'],
            target: shareTarget(containerResource),
          },
        }),
    ...(external === undefined
      ? {}
      : {
          external: {
            ...identify(external, 'metricSelector'),
            target: {
              type: external['targetValue'] === undefined ? 'AverageValue' : 'Value',
              value: external['targetValue'],
              averageValue: external['targetAverageValue'],
            },
          },
        }),
  } as unknown as MetricSpec;
}

function objectTarget({ targetValue = '0', averageValue }: JsonObject): object {
  if (averageValue === undefined) return { type: 'Value', value: targetValue };
  return { type: 'AverageValue', ...(targetValue === '0' ? {} : { value: targetValue }), averageValue };
}

function shareTarget({
  targetAverageUtilization: averageUtilization,
  targetAverageValue: averageValue,
}: JsonObject): object {
  return { type: averageUtilization === undefined ? 'AverageValue' : 'Utilization', averageValue, averageUtilization };
}

function statusToV2(status: JsonObject): MetricStatus {
  const object = part(status, 'object');
  const pods = part(status, 'pods');
  const resource = part(status, 'resource');
  const containerResource = part(status, 'containerResource');
  const external = part(status, 'external');
  const usesOf = (source: JsonObject): object => ({
    averageValue: source['currentAverageValue'] ?? '0',
    averageUtilization: source['currentAverageUtilization'],
  });
  return {
    type: status['type'],
    ...(object === undefined
      ? {}
      : {
          object: {
            describedObject: object['target'],
            ...identify(object, 'selector'),
            current: { value: object['currentValue'] ?? '0', averageValue: object['averageValue'] },
          },
        }),
    ...(pods === undefined
      ? {}
      : { pods: { ...identify(pods, 'selector'), current: { averageValue: pods['currentAverageValue'] ?? '0' } } }),
    ...(resource === undefined ? {} : { resource: { name: resource['name'], current: usesOf(resource) } }),
    ...(containerResource === undefined
      ? {}
      : {
          containerResource: {
            name: containerResource['name'],
            container: containerResource['container'],
            current: usesOf(containerResource),
          },
        }),
    ...(external === undefined
      ? {}
      : {
          external: {
            ...identify(external, 'metricSelector'),
            current: { value: external['currentValue'] ?? '0', averageValue: external['currentAverageValue'] },
          },
        }),
  } as unknown as MetricStatus;
}
