import {
  type CronJob,
  type Deployment,
  type Namespace,
  namespaces,
  type Pod,
  type PodTemplate,
  type PodTemplateSpec,
  pods,
} from '../../api/generated/index.ts';
import {
  type CheckedPod,
  compareLevels,
  describeViolations,
  evaluatePodSecurity,
  formatStandard,
  isSameStandard,
  type PodSecurityPolicy,
  type PodSecurityStandard,
  readPodSecurityPolicy,
} from '../../api/pod-security/index.ts';
import {
  type FieldError,
  formatFieldError,
  formatFieldErrors,
  type KubeObject,
  statusError,
} from '../../machinery/index.ts';
import type { AdmissionPlugin, AdmissionRequest, ServedResource } from '../core-contract.ts';
import type { ObjectView } from '../object-view.ts';
import { isResource } from './admitted-resource.ts';
import { warnOfPodsInNamespace } from './pod-security-of-namespace.ts';

/**
 * Holds pods to what their namespace's labels demand, and warns those who write workloads of pods that it would refuse.
 * Kubernetes: without a configuration of its own, so nobody and nothing is exempt, and what is not labelled is privileged.
 */
export function createPodSecurity(view: ObjectView): AdmissionPlugin {
  return {
    name: 'PodSecurity',
    handles: (resource, subresource, operation) =>
      (operation === 'CREATE' || operation === 'UPDATE') && concerns(resource, subresource),
    validate(request) {
      if (isResource(request.resource, '', 'namespaces')) checkNamespace(request, view);
      else if (isResource(request.resource, '', 'pods')) checkPod(request, view);
      else checkWorkload(request, view);
    },
  };
}

const withoutPods: ReadonlySet<string> = new Set([
  'exec',
  'attach',
  'binding',
  'eviction',
  'log',
  'portforward',
  'proxy',
  'status',
]);

function concerns(resource: ServedResource, subresource: string): boolean {
  if (isResource(resource, '', 'pods')) return !withoutPods.has(subresource);
  if (subresource !== '') return false;
  return isResource(resource, '', 'namespaces') || templateReaderOf(resource) !== undefined;
}

type ReadTemplate = (object: KubeObject) => PodTemplateSpec | undefined;

const readTemplateOfSpec: ReadTemplate = object => (object as Deployment).spec?.template;

const templateReaders: Readonly<Record<string, ReadTemplate>> = {
  '/replicationcontrollers': readTemplateOfSpec,
  '/podtemplates': object => (object as PodTemplate).template,
  'apps/replicasets': readTemplateOfSpec,
  'apps/deployments': readTemplateOfSpec,
  'apps/statefulsets': readTemplateOfSpec,
  'apps/daemonsets': readTemplateOfSpec,
  'batch/jobs': readTemplateOfSpec,
  'batch/cronjobs': object => (object as CronJob).spec?.jobTemplate.spec?.template,
};

function templateReaderOf({ version }: ServedResource): ReadTemplate | undefined {
  return templateReaders[`${version.type.group}/${version.type.resource}`];
}

/** Labels must make sense; those who tighten them learn which pods of the namespace would not be let in again. */
function checkNamespace(request: AdmissionRequest, view: ObjectView): void {
  const { metadata } = request.object as Namespace;
  const { policy, errors } = readPodSecurityPolicy(metadata.labels);
  const before = request.operation === 'UPDATE' ? readPodSecurityPolicy(request.old!.metadata.labels) : undefined;
  // Kubernetes: what was wrong already may stay.
  if (errors.length > 0 && !(before !== undefined && isSameErrors(errors, before.errors))) {
    throw statusError.invalid({ group: '', resource: 'namespaces', kind: 'Namespace' }, request.name, errors);
  }
  if (before === undefined || !isTightened(policy.enforce, before.policy.enforce)) return;
  const all = view.list(pods, metadata.name);
  for (const text of warnOfPodsInNamespace(metadata.name!, all, policy.enforce)) request.call.warn(text);
}

function isTightened(now: PodSecurityStandard, before: PodSecurityStandard): boolean {
  if (isSameStandard(now, before) || now.level === 'privileged') return false;
  return now.version !== before.version || compareLevels(now.level, before.level) > 0;
}

function isSameErrors(left: readonly FieldError[], right: readonly FieldError[]): boolean {
  return (
    left.length === right.length && left.every((error, i) => formatFieldError(error) === formatFieldError(right[i]!))
  );
}

function checkPod(request: AdmissionRequest, view: ObjectView): void {
  const namespace = view.get(namespaces, undefined, request.namespace);
  // Whoever may finalize a namespace may take it from under its pods. Kubernetes: NamespaceLifecycle says so first.
  if (namespace === undefined) throw statusError.notFound(namespaces, request.namespace);
  const { policy, errors } = readPodSecurityPolicy(namespace.metadata.labels);
  if (errors.length === 0 && isPrivileged(policy)) {
    annotate(request, 'enforce-policy', 'privileged:latest');
    return;
  }
  const pod = request.object as Pod;
  if (request.operation === 'UPDATE' && !isSignificantUpdate(pod, request.old as Pod)) return;
  noteErrors(request, errors);
  const checked = toChecked(pod);
  annotate(request, 'enforce-policy', formatStandard(policy.enforce));
  const violations = evaluatePodSecurity(policy.enforce, checked);
  audit(request, policy.audit, checked);
  if (violations.length > 0) {
    const why = `violates PodSecurity "${formatStandard(policy.enforce)}": ${describeViolations(violations)}`;
    throw statusError.forbidden({ group: '', resource: 'pods' }, request.name || (pod.metadata.name ?? ''), why);
  }
  warn(request, policy.warn, checked);
}

/** Workloads are never refused: their pods will be. */
function checkWorkload(request: AdmissionRequest, view: ObjectView): void {
  const namespace = view.get(namespaces, undefined, request.namespace);
  if (namespace === undefined) return;
  const { policy, errors } = readPodSecurityPolicy(namespace.metadata.labels);
  if (errors.length === 0 && policy.warn.level === 'privileged' && policy.audit.level === 'privileged') return;
  const template = templateReaderOf(request.resource)!(request.object!);
  if (template?.spec === undefined) return;
  noteErrors(request, errors);
  const checked = toChecked(template as Pod);
  audit(request, policy.audit, checked);
  warn(request, policy.warn, checked);
}

function isPrivileged({ enforce, audit, warn }: PodSecurityPolicy): boolean {
  return enforce.level === 'privileged' && audit.level === 'privileged' && warn.level === 'privileged';
}

function toChecked({ metadata, spec }: Pod): CheckedPod {
  return { annotations: metadata?.annotations ?? {}, spec };
}

function audit(request: AdmissionRequest, standard: PodSecurityStandard, pod: CheckedPod): void {
  const text = describeWouldBe(standard, pod);
  if (text !== undefined) annotate(request, 'audit-violations', text);
}

function warn(request: AdmissionRequest, standard: PodSecurityStandard, pod: CheckedPod): void {
  const text = describeWouldBe(standard, pod);
  if (text !== undefined) request.call.warn(text);
}

function describeWouldBe(standard: PodSecurityStandard, pod: CheckedPod): string | undefined {
  const violations = evaluatePodSecurity(standard, pod);
  if (violations.length === 0) return undefined;
  return `would violate PodSecurity "${formatStandard(standard)}": ${describeViolations(violations)}`;
}

function noteErrors(request: AdmissionRequest, errors: readonly FieldError[]): void {
  if (errors.length === 0) return;
  annotate(request, 'error', `Failed to parse policy: ${formatFieldErrors(errors)}`);
}

function annotate(request: AdmissionRequest, key: string, value: string): void {
  request.call.annotate?.(`pod-security.kubernetes.io/${key}`, value);
}

/** Kubernetes: of what an update can change of a pod, only images and new containers are looked at again. */
function isSignificantUpdate({ spec }: Pod, { spec: old }: Pod): boolean {
  return (
    hasOtherImages(spec.containers, old.containers) ||
    hasOtherImages(spec.initContainers ?? [], old.initContainers ?? []) ||
    (spec.ephemeralContainers ?? []).some(
      ({ name, image }) => old.ephemeralContainers?.find(before => before.name === name)?.image !== image,
    )
  );
}

interface WithImage {
  readonly image?: string | undefined;
}

function hasOtherImages(now: readonly WithImage[], before: readonly WithImage[]): boolean {
  return now.length !== before.length || now.some(({ image }, i) => image !== before[i]!.image);
}
