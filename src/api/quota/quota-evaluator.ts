import type { KubeObject } from '../../machinery/index.ts';
import type { ScopedResourceSelectorRequirement } from '../generated/index.ts';
import type { Amounts } from './amounts.ts';
import { claimEvaluator } from './claim-usage.ts';
import { podEvaluator } from './pod-usage.ts';
import { serviceEvaluator } from './service-usage.ts';

/** How objects of one resource count in quotas. */
export interface QuotaEvaluator {
  readonly group: string;
  readonly resource: string;
  /** Whether a quota's resource of this name (`requests.cpu`, `count/secrets`) is about these objects. */
  counts(name: string): boolean;
  /** Whether the object is within a quota's scope. */
  isInScope(object: KubeObject, scope: ScopedResourceSelectorRequirement): boolean;
  usage(object: KubeObject, nowMs: number): Amounts;
  /** What the object lacks for a quota of these resources to make sense, or undefined. */
  findLack?(object: KubeObject, names: readonly string[]): string | undefined;
  /** Whether an update of an object may change what it counts. */
  isCountedAnew(object: KubeObject, old: KubeObject): boolean;
}

/** Kubernetes: what could be counted before `count/…` was invented is counted under its own name as well. */
const aliases: ReadonlySet<string> = new Set(['configmaps', 'resourcequotas', 'replicationcontrollers', 'secrets']);

/** How objects of the resource count; those without rules of their own are only counted. */
export function quotaEvaluatorOf(group: string, resource: string): QuotaEvaluator {
  if (group === '' && resource === 'pods') return podEvaluator;
  if (group === '' && resource === 'services') return serviceEvaluator;
  if (group === '' && resource === 'persistentvolumeclaims') return claimEvaluator;
  return countEvaluator(group, resource);
}

function countEvaluator(group: string, resource: string): QuotaEvaluator {
  const count = `count/${resource}${group === '' ? '' : `.${group}`}`;
  const usage: Amounts = group === '' && aliases.has(resource) ? { [count]: '1', [resource]: '1' } : { [count]: '1' };
  return {
    group,
    resource,
    counts: name => usage[name] !== undefined,
    isInScope: () => false,
    usage: () => usage,
    isCountedAnew: () => false,
  };
}
