import type { SubresourceRules } from '../../api/index.ts';
import type { FieldError, KubeObject, ObjectMeta } from '../../machinery/index.ts';
import {
  isDeepEqual,
  isSemanticallyEqual,
  staleResourceVersion,
  statusError,
  validateFinalizers,
  validateObjectMeta,
  validateObjectMetaUpdate,
} from '../../machinery/index.ts';
import { draftObject, type StoredObject } from '../../storage/index.ts';
import type { ObjectResult } from '../core-contract.ts';
import { keepTimestampsOfUnchanged } from '../metadata/managed-fields.ts';
import { dropDuplicateOwners } from '../metadata/owner-references.ts';
import { preconditionFailed } from '../metadata/preconditions.ts';
import { placeInNamespace } from '../metadata/request-identity.ts';
import type { Endpoint } from '../resources/endpoint.ts';
import type { ServerContext } from '../server-context.ts';
import { checkSize } from './object-size.ts';
import { admissionOf, type WriteCall } from './write-call.ts';

/** What an update wants, as a function of what stands: called again when somebody else was faster. */
export interface Change {
  /** The wanted object in the storage version, `managedFields` included. Throws a `StatusError` to refuse. */
  from(current: StoredObject | undefined): KubeObject;
  /** The uid that the object must have, when the request says one. */
  readonly uid?: string | undefined;
  /** Creates the object when there is none: the request may (`canCreateOnUpdate`, apply). Absent: 404. */
  readonly create?: ((object: KubeObject) => Promise<ObjectResult>) | undefined;
}

/** Somebody else wrote in between: what stands now. */
class Overtaken {
  readonly current: StoredObject | undefined;

  constructor(current: StoredObject | undefined) {
    this.current = current;
  }
}

/**
 * Kubernetes: `Store.Update` over `GuaranteedUpdate`. Reads, changes and writes until nobody came in between; a request
 * that names a resourceVersion is refused instead.
 */
export async function applyChange(server: ServerContext, write: WriteCall, change: Change): Promise<ObjectResult> {
  const { endpoint, namespace, name } = write;
  let current = endpoint.find(namespace, name);
  for (;;) {
    const result = await tryChange(server, write, change, current);
    if (!(result instanceof Overtaken)) return result;
    current = result.current;
  }
}

async function tryChange(
  server: ServerContext,
  write: WriteCall,
  change: Change,
  current: StoredObject | undefined,
): Promise<ObjectResult | Overtaken> {
  const { endpoint, name } = write;
  if (current === undefined) {
    if (change.create === undefined) throw statusError.notFound(endpoint.subject, name);
    if (change.uid) throw preconditionFailed(endpoint, write.namespace, name, change.uid, '');
    return change.create(change.from(undefined));
  }
  const old = current.object;
  if (change.uid && change.uid !== old.metadata.uid) {
    throw preconditionFailed(endpoint, write.namespace, name, change.uid, old.metadata.uid!);
  }
  let object = change.from(current);
  const chain = endpoint.chain(write.subresource, 'UPDATE');
  if (chain.mutates) {
    const admitted = chain.mutate(admissionOf(write, 'UPDATE', object, old));
    object = dropDuplicateOwners(admitted instanceof Promise ? await admitted : admitted, write.call, true);
  }
  object = settleVersion(endpoint, name, object, old);
  const reservation = endpoint.hooks.reserve?.(object, old, write.isDryRun);
  if (reservation === undefined) return storeChange(server, write, object, current);
  let hasSucceeded = false;
  try {
    const result = await storeChange(server, write, reservation.object, current);
    hasSucceeded = !(result instanceof Overtaken) && !write.isDryRun;
    return result;
  } finally {
    reservation.finish(hasSucceeded);
  }
}

/** Kubernetes: an update without a resourceVersion takes the current one, where the kind allows that. */
function settleVersion(endpoint: Endpoint, name: string, object: KubeObject, old: KubeObject): KubeObject {
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

async function storeChange(
  server: ServerContext,
  write: WriteCall,
  wanted: KubeObject,
  current: StoredObject,
): Promise<ObjectResult | Overtaken> {
  const { endpoint } = write;
  const old: KubeObject = current.object;
  let object = prepareChange(server, write, wanted, old);
  checkChange(endpoint, write.subresource, object, old);
  warnOf(write, object, old);
  object = keepTimestampsOfUnchanged(object, old);
  const chain = endpoint.chain(write.subresource, 'UPDATE');
  if (chain.validates) {
    const pending = chain.validate(admissionOf(write, 'UPDATE', object, old));
    if (pending instanceof Promise) await pending;
  }
  if (isRemovedByUpdate(endpoint, object, old)) return removeInstead(server, write, object, current);
  if (isDeepEqual(object, old)) return answer(endpoint, current);
  checkSize(object, old);
  if (write.isDryRun) return { kind: 'object', code: 200, object, resource: endpoint.resource };
  const { key } = current;
  const lease = endpoint.leases === undefined ? undefined : await endpoint.leases.take();
  const result = await server.store.commit({
    compare: [{ key, modRevision: current.revision }],
    operations: [{ put: key, value: draftObject(key, object as StoredObject['object']), lease }],
  });
  const entry = result.entries[0]?.value;
  return result.succeeded ? answer(endpoint, entry!) : new Overtaken(entry);
}

function answer(endpoint: Endpoint, stored: StoredObject): ObjectResult {
  return { kind: 'object', code: 200, object: stored.object, stored, resource: endpoint.resource };
}

/** Kubernetes: `rest.BeforeUpdate` up to validation, and the generation, which upstream leaves to each kind. */
function prepareChange(server: ServerContext, write: WriteCall, wanted: KubeObject, old: KubeObject): KubeObject {
  const { endpoint, subresource } = write;
  const { rules } = endpoint;
  let object = placeInNamespace(wanted, write.namespace);
  // What a subresource may not change was taken from the old object before its changes were tracked.
  if (subresource === '' || subresource === 'scale') {
    if (endpoint.hasStatus) object = withStatusOf(object, old);
    if (rules.prepareForUpdate !== undefined) object = rules.prepareForUpdate(object, old, server.rules);
  }
  return withSystemFields(object, old, nextGeneration(endpoint, object, old));
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
  if (metadata === before && generation === before.generation) return object;
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

function nextGeneration(endpoint: Endpoint, object: KubeObject, old: KubeObject): number | undefined {
  const { generation } = old.metadata;
  if (endpoint.rules.hasGeneration === false || !isDesireChanged(endpoint, object, old)) return generation;
  return (generation ?? 0) + 1;
}

/** Whether anything but metadata, and status where it is a part of its own, differs. */
function isDesireChanged(endpoint: Endpoint, object: KubeObject, old: KubeObject): boolean {
  const now = object as unknown as Readonly<Record<string, unknown>>;
  const before = old as unknown as Readonly<Record<string, unknown>>;
  for (const name in now) {
    if (now[name] === before[name] || isBookkeeping(endpoint, name)) continue;
    if (!isSemanticallyEqual(now[name], before[name])) return true;
  }
  for (const name in before) {
    if (now[name] === undefined && before[name] !== undefined && !isBookkeeping(endpoint, name)) {
      if (!isSemanticallyEqual(undefined, before[name])) return true;
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

function checkChange(endpoint: Endpoint, subresource: string, object: KubeObject, old: KubeObject): void {
  const errors = [...checkMetadata(endpoint, object.metadata, old.metadata)];
  const { rules } = endpoint;
  if (subresource !== '' && subresource !== 'scale') {
    errors.push(...(partRules(endpoint, subresource)?.validateUpdate?.(object, old) ?? noErrors));
  } else {
    if (rules.skipsFullValidationOnUpdate !== true) errors.push(...(rules.validateCreate?.(object) ?? noErrors));
    errors.push(...(rules.validateUpdate?.(object, old) ?? noErrors));
  }
  if (errors.length > 0) throw statusError.invalid(endpoint.subject, object.metadata.name ?? '', errors);
}

/** What the old object shares with the new one by reference was checked when it was written. */
function checkMetadata(endpoint: Endpoint, metadata: ObjectMeta, old: ObjectMeta): readonly FieldError[] {
  const errors = validateObjectMetaUpdate(metadata, old);
  if (metadata.finalizers === old.finalizers && metadata.name === old.name) return errors;
  if (metadata.name !== old.name) {
    const { namespaced } = endpoint.type;
    return [...validateObjectMeta(metadata, { namespaced, validateName: endpoint.rules.validateName }), ...errors];
  }
  return [...validateFinalizers(metadata.finalizers, 'metadata.finalizers'), ...errors];
}

function warnOf(write: WriteCall, object: KubeObject, old: KubeObject): void {
  const { rules } = write.endpoint;
  if (rules.warnings === undefined || write.subresource !== '') return;
  for (const text of rules.warnings(object, old)) write.call.warn(text);
}

/** Kubernetes: `ShouldDeleteDuringUpdate`: an object that is going and has nothing left to wait for is gone. */
function isRemovedByUpdate(endpoint: Endpoint, object: KubeObject, old: KubeObject): boolean {
  const { deletionTimestamp, deletionGracePeriodSeconds } = old.metadata;
  if (deletionTimestamp === undefined || (object.metadata.finalizers?.length ?? 0) > 0) return false;
  if (deletionGracePeriodSeconds !== undefined && deletionGracePeriodSeconds !== 0) return false;
  return endpoint.hooks.canRemove?.(object) ?? true;
}

async function removeInstead(
  server: ServerContext,
  write: WriteCall,
  object: KubeObject,
  current: StoredObject,
): Promise<ObjectResult | Overtaken> {
  const { endpoint } = write;
  if (!write.isDryRun) {
    const { key, revision } = current;
    const result = await server.store.commit({
      compare: [{ key, modRevision: revision }],
      operations: [{ delete: key }],
    });
    if (!result.succeeded && result.entries[0] !== undefined) return new Overtaken(result.entries[0].value);
  }
  return { kind: 'object', code: 200, object, resource: endpoint.resource };
}
