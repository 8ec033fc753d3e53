import {
  type Container,
  type LimitRange,
  limitRanges,
  type PersistentVolumeClaim,
  type Pod,
} from '../../api/generated/index.ts';
import { podLimits, podRequests } from '../../api/quota/index.ts';
import { formatAggregate, type KubeObject } from '../../machinery/index.ts';
import type { AdmissionPlugin, AdmissionRequest } from '../core-contract.ts';
import type { ObjectView } from '../object-view.ts';
import { forbid } from './admission-error.ts';
import { isResource } from './admitted-resource.ts';
import { type Amounts, type Asked, type Bounds, findBreaches } from './limit-constraints.ts';

const annotation = 'kubernetes.io/limit-ranger';

/** Gives containers the requests and limits that their namespace says, and refuses what goes beyond. */
export function createLimitRanger(view: ObjectView): AdmissionPlugin {
  return {
    name: 'LimitRanger',
    handles(resource, subresource, operation) {
      const isWrite = operation === 'CREATE' || operation === 'UPDATE';
      if (isResource(resource, '', 'persistentvolumeclaims')) return subresource === '' && isWrite;
      if (!isResource(resource, '', 'pods')) return false;
      return subresource === '' ? operation === 'CREATE' : subresource === 'resize' && operation === 'UPDATE';
    },
    mutate(request) {
      const object = request.object!;
      if (!isResource(request.resource, '', 'pods') || isGoing(request)) return object;
      return view.list(limitRanges, request.namespace).reduce(fillPod, object as Pod);
    },
    validate(request) {
      if (isGoing(request)) return;
      for (const range of view.list(limitRanges, request.namespace)) {
        const breaches = boundsOf(range).flatMap(bounds => breachesOf(bounds, request));
        if (breaches.length === 0) continue;
        throw forbid(request, formatAggregate(breaches));
      }
    },
  };
}

function isGoing(request: AdmissionRequest): boolean {
  return request.old?.metadata.deletionTimestamp !== undefined;
}

function boundsOf(range: LimitRange): readonly Bounds[] {
  return (range.spec?.limits ?? []) as readonly Bounds[];
}

function breachesOf(bounds: Bounds, request: AdmissionRequest): readonly string[] {
  const object: KubeObject = request.object!;
  if (isResource(request.resource, '', 'persistentvolumeclaims')) {
    if (bounds.type !== 'PersistentVolumeClaim') return [];
    return findBreaches(bounds, ((object as PersistentVolumeClaim).spec?.resources ?? {}) as Asked, false);
  }
  const pod = object as Pod;
  if (bounds.type === 'Pod') return findBreaches(bounds, { requests: podRequests(pod), limits: podLimits(pod) }, true);
  if (bounds.type !== 'Container') return [];
  return [...(pod.spec.containers ?? []), ...(pod.spec.initContainers ?? [])].flatMap(container =>
    findBreaches(bounds, (container.resources ?? {}) as Asked, true),
  );
}

function fillPod(pod: Pod, range: LimitRange): Pod {
  const defaults = { limits: {} as Amounts, requests: {} as Amounts };
  for (const item of range.spec?.limits ?? []) {
    if (item.type !== 'Container') continue;
    defaults.limits = { ...defaults.limits, ...(item.default as Amounts | undefined) };
    defaults.requests = { ...defaults.requests, ...(item.defaultRequest as Amounts | undefined) };
  }
  const notes: string[] = [];
  const fill = (kind: string) => (container: Container) => fillContainer(container, defaults, kind, notes);
  // A pod without containers is refused by its validation, which comes after admission.
  const containers = (pod.spec.containers ?? []).map(fill('container'));
  const initContainers = pod.spec.initContainers?.map(fill('init container'));
  if (notes.length === 0) return pod;
  const { annotations } = pod.metadata;
  return {
    ...pod,
    metadata: {
      ...pod.metadata,
      annotations: { ...annotations, [annotation]: `LimitRanger plugin set: ${notes.join('; ')}` },
    },
    spec: { ...pod.spec, containers, ...(initContainers === undefined ? {} : { initContainers }) },
  };
}

function fillContainer(
  container: Container,
  defaults: { readonly limits: Amounts; readonly requests: Amounts },
  kind: string,
  notes: string[],
): Container {
  const given = (container.resources ?? {}) as Asked;
  const limits = missing(given.limits, defaults.limits);
  const requests = missing(given.requests, defaults.requests);
  if (requests.length > 0) notes.push(`${requests.join(', ')} request for ${kind} ${container.name}`);
  if (limits.length > 0) notes.push(`${limits.join(', ')} limit for ${kind} ${container.name}`);
  if (limits.length + requests.length === 0) return container;
  const resources = {
    ...container.resources,
    limits: { ...defaults.limits, ...given.limits },
    requests: { ...defaults.requests, ...given.requests },
  };
  return { ...container, resources } as Container;
}

function missing(given: Amounts | undefined, defaults: Amounts): readonly string[] {
  return Object.keys(defaults)
    .filter(name => given?.[name] === undefined)
    .sort();
}
