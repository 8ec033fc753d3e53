import {
  applyConflictError,
  applyPatch,
  type FieldSet,
  fieldSetOf,
  formatGroupVersion,
  isDeepEqual,
  type KubeObject,
  StatusError,
  trackUpdate,
} from '../../machinery/index.ts';
import type { WriteCall } from '../requests/write-call.ts';
import type { Endpoint } from '../resources/endpoint.ts';
import type { ServerContext } from '../server-context.ts';
import { touchManagedFields } from './touch-managed-fields.ts';

/**
 * The object with `managedFields` as this request leaves them: whoever changes a field comes to own it. What the request
 * cannot write must stand in `object` as it stands in `live` already.
 */
export function trackManagedFields(
  server: ServerContext,
  write: WriteCall,
  live: KubeObject | undefined,
  object: KubeObject,
): KubeObject {
  const { endpoint, subresource, manager } = write;
  const apiVersion = trackedVersion(endpoint);
  return trackUpdate({
    schema: endpoint.storageSchema,
    live,
    updated: object,
    manager,
    apiVersion,
    subresource: subresource === '' ? undefined : subresource,
    now: server.rules.now,
    resetFields: live === undefined && endpoint.hasStatus ? statusOnly : undefined,
  });
}

/** The object if all it does is to renew what its writer alone owns; then nothing else needs to be found out. */
export function trackRenewal(
  server: ServerContext,
  write: WriteCall,
  live: KubeObject,
  object: KubeObject,
): KubeObject | undefined {
  return touchManagedFields(write, live, object, trackedVersion(write.endpoint), server.rules.now);
}

const statusOnly: FieldSet = fieldSetOf(['f:status']);

/** Objects are compared as they are stored, so where shapes differ that is the version whose fields are named. */
function trackedVersion(endpoint: Endpoint): string {
  return endpoint.version.convert === undefined ? endpoint.apiVersion : formatGroupVersion(endpoint.definition.storage);
}

/** What `live` becomes by server-side apply; throws the 409 of a conflict, the 400 of what cannot be applied. */
export function applyConfiguration(
  server: ServerContext,
  write: WriteCall,
  live: KubeObject | undefined,
  applied: KubeObject,
): KubeObject {
  const { endpoint, subresource } = write;
  const outcome = applyPatch({
    schema: endpoint.schema,
    live,
    applied,
    force: write.request.options?.force === true,
    manager: write.manager,
    apiVersion: endpoint.apiVersion,
    subresource: subresource === '' ? undefined : subresource,
    now: server.rules.now,
    resetFields: resetFieldsOf(endpoint, subresource),
  });
  // Kubernetes: 500 without a reason where the configuration does not fit the schema.
  if (outcome.problem !== undefined)
    throw new StatusError(outcome.isMistyped ? 'Unknown' : 'BadRequest', outcome.problem);
  if (outcome.conflicts !== undefined) throw applyConflictError(outcome.conflicts);
  return outcome.object;
}

/** What an apply through this path says in vain. */
function resetFieldsOf(endpoint: Endpoint, subresource: string): FieldSet | undefined {
  if (subresource === '') return endpoint.hasStatus ? statusOnly : undefined;
  if (subresource !== 'status') return undefined;
  const others = [...endpoint.schema.fields.keys()].filter(name => name !== 'status' && name !== 'metadata');
  return fieldSetOf(...others.map(name => [`f:${name}`] as const));
}

/**
 * Kubernetes: `IgnoreManagedFieldsTimestampsTransformer`: a write that changes nothing else does not touch times. For
 * objects that are the same apart from metadata.
 */
export function keepTimestampsOfUnchanged(object: KubeObject, old: KubeObject): KubeObject {
  const { managedFields } = object.metadata;
  const before = old.metadata.managedFields;
  if (managedFields === before || managedFields === undefined || managedFields.length !== before?.length) return object;
  const restored = { ...object, metadata: { ...object.metadata, managedFields: before } };
  if (!isDeepEqual(restored.metadata, old.metadata)) return object;
  const isOnlyTime = managedFields.every((entry, i) => isDeepEqual({ ...entry, time: '' }, { ...before[i], time: '' }));
  return isOnlyTime ? restored : object;
}

/** Nearly every write differs here, and this is cheap to find out. */
export function isSameApartFromMetadata(object: KubeObject, old: KubeObject): boolean {
  const now = object as unknown as Readonly<Record<string, unknown>>;
  const before = old as unknown as Readonly<Record<string, unknown>>;
  for (const name in now) if (name !== 'metadata' && !isDeepEqual(now[name], before[name])) return false;
  for (const name in before) if (before[name] !== undefined && now[name] === undefined) return false;
  return true;
}
