import type { SubresourceRules } from '../../api/index.ts';
import {
  type FieldError,
  isDeepEqual,
  isSemanticallyEqual,
  type KubeObject,
  type ObjectMeta,
  staleResourceVersion,
  statusError,
  validateFinalizers,
  validateObjectMeta,
  validateObjectMetaUpdate,
} from '../../machinery/index.ts';
import { placeInNamespace } from '../metadata/request-identity.ts';
import type { Endpoint } from '../resources/endpoint.ts';
import type { ServerContext } from '../server-context.ts';
import { checkFinalizers } from './check-finalizers.ts';
import { describeValues } from './describe-values.ts';
import type { WriteCall } from './write-call.ts';

/** Kubernetes: an update without a resourceVersion takes the current one, where the kind allows that. */
export function settleVersion(endpoint: Endpoint, name: string, object: KubeObject, old: KubeObject): KubeObject {
  const { resourceVersion } = object.metadata;
  const standing = old.metadata.resourceVersion;
  if (resourceVersion === standing) return object;
  if (resourceVersion !== undefined && resourceVersion !== '' && resourceVersion !== '0') {
    throw statusError.conflict(endpoint.subject, name, staleResourceVersion);
  }
  if (endpoint.rules.requiresResourceVersion === true) {
    throw statusError.invalid({ ...endpoint.subject, kind: endpoint.type.resource }, name, [
      {
        reason: 'FieldValueInvalid',
        field: 'metadata.resourceVersion',
        value: 0,
        detail: 'must be specified for an update',
      },
    ]);
  }
  return { ...object, metadata: { ...object.metadata, resourceVersion: standing } };
}

/** Kubernetes: `rest.BeforeUpdate` up to validation, and the generation, which upstream leaves to each kind. */
export function prepareChange(
  server: ServerContext,
  write: WriteCall,
  wanted: KubeObject,
  old: KubeObject,
): KubeObject {
  const { endpoint, subresource } = write;
  const { rules } = endpoint;
  let object = placeInNamespace(wanted, write.namespace);
  // What a subresource may not change was taken from the old object before its changes were tracked.
  if (subresource === '' || subresource === 'scale') {
    if (endpoint.hasStatus) object = withStatusOf(object, old);
    if (rules.prepareForUpdate !== undefined) object = rules.prepareForUpdate(object, old, server.rules);
  }
  return withSystemFields(object, old, nextGeneration(write, object, old));
}

export function partRules(endpoint: Endpoint, subresource: string): SubresourceRules | undefined {
  return subresource === 'status' ? endpoint.rules.status : endpoint.rules.objectSubresources?.[subresource];
}

export function withStatusOf(object: KubeObject, old: KubeObject): KubeObject {
  const { status } = old as { readonly status?: unknown };
  if ((object as { readonly status?: unknown }).status === status) return object;
  return { ...object, status } as KubeObject;
}

/** Kubernetes: what no update changes: identity, times of creation and deletion. */
function withSystemFields(object: KubeObject, old: KubeObject, generation: number | undefined): KubeObject {
  const { metadata } = object;
  const before = old.metadata;
  if (keepsSystemFields(metadata, before, generation)) return object;
  const settled: ObjectMeta = {
    ...metadata,
    uid: metadata.uid || before.uid,
    creationTimestamp: before.creationTimestamp ?? metadata.creationTimestamp,
    generation,
    deletionTimestamp: before.deletionTimestamp ?? metadata.deletionTimestamp,
    deletionGracePeriodSeconds: metadata.deletionGracePeriodSeconds ?? before.deletionGracePeriodSeconds,
  };
  return { ...object, metadata: settled };
}

function keepsSystemFields(metadata: ObjectMeta, before: ObjectMeta, generation: number | undefined): boolean {
  if (metadata === before) return generation === before.generation;
  return (
    metadata.uid === before.uid &&
    metadata.creationTimestamp === before.creationTimestamp &&
    metadata.generation === generation &&
    metadata.deletionTimestamp === before.deletionTimestamp &&
    metadata.deletionGracePeriodSeconds === before.deletionGracePeriodSeconds
  );
}

function nextGeneration({ endpoint, subresource }: WriteCall, object: KubeObject, old: KubeObject): number | undefined {
  const { generation } = old.metadata;
  const { hasGeneration, generationCountsAnnotations } = endpoint.rules;
  if (hasGeneration === false) return generation;
  const isChanged =
    isDesireChanged(endpoint, object, old) ||
    (generationCountsAnnotations === true && subresource === '' && !isSameAnnotations(object, old));
  return isChanged ? (generation ?? 0) + 1 : generation;
}

function isSameAnnotations({ metadata }: KubeObject, old: KubeObject): boolean {
  return isSemanticallyEqual(metadata.annotations, old.metadata.annotations);
}

/**
 * Whether anything but metadata, and status where it is a part of its own, differs. Kubernetes: in a CRD's object an
 * empty list is another wish than none.
 */
function isDesireChanged(endpoint: Endpoint, object: KubeObject, old: KubeObject): boolean {
  const isSame = endpoint.resource.crd === undefined ? isSemanticallyEqual : isDeepEqual;
  const now = object as unknown as Readonly<Record<string, unknown>>;
  const before = old as unknown as Readonly<Record<string, unknown>>;
  for (const name in now) {
    if (now[name] === before[name] || isBookkeeping(endpoint, name)) continue;
    if (!isSame(now[name], before[name])) return true;
  }
  for (const name in before) {
    if (now[name] === undefined && before[name] !== undefined && !isBookkeeping(endpoint, name)) {
      if (!isSame(undefined, before[name])) return true;
    }
  }
  return false;
}

function isBookkeeping(endpoint: Endpoint, field: string): boolean {
  return (
    field === 'metadata' || field === 'apiVersion' || field === 'kind' || (field === 'status' && endpoint.hasStatus)
  );
}

const noErrors: readonly FieldError[] = [];

export function checkChange(endpoint: Endpoint, subresource: string, object: KubeObject, old: KubeObject): void {
  const { rules } = endpoint;
  const isPart = subresource !== '' && subresource !== 'scale';
  const ofMetadata = checkMetadata(endpoint, object.metadata, old.metadata);
  const isJudgedWhole = !isPart && rules.skipsFullValidationOnUpdate !== true;
  const ofObject = isJudgedWhole ? (rules.validateCreate?.(object) ?? noErrors) : noErrors;
  const judge = isPart ? partRules(endpoint, subresource) : rules;
  const ofChange = judge?.validateUpdate?.(object, old) ?? noErrors;
  if (ofMetadata.length + ofObject.length + ofChange.length === 0) return;
  const errors = [...ofMetadata, ...ofObject, ...ofChange];
  throw statusError.invalid(endpoint.subject, object.metadata.name ?? '', describeValues(endpoint, errors));
}

/** What the old object shares with the new one by reference was checked when it was written. */
function checkMetadata(endpoint: Endpoint, metadata: ObjectMeta, old: ObjectMeta): readonly FieldError[] {
  const errors = validateObjectMetaUpdate(metadata, old);
  if (metadata.finalizers === old.finalizers && metadata.name === old.name) return errors;
  if (metadata.name !== old.name) {
    const { namespaced } = endpoint.type;
    return [...validateObjectMeta(metadata, { namespaced, validateName: endpoint.rules.validateName }), ...errors];
  }
  const ofFinalizers = validateFinalizers(metadata.finalizers, 'metadata.finalizers');
  return [...ofFinalizers, ...errors, ...checkFinalizers(endpoint, metadata)];
}

export function warnOfChange(write: WriteCall, object: KubeObject, old: KubeObject): void {
  const { rules } = write.endpoint;
  if (rules.warnings === undefined || write.subresource !== '') return;
  for (const text of rules.warnings(object, old)) write.call.warn(text);
}
