import {
  type AtVersion,
  applyConflictError,
  applyPatch,
  type FieldSet,
  fieldSetOf,
  isDeepEqual,
  type KubeObject,
  StatusError,
  trackUpdate,
} from '../../machinery/index.ts';
import type { WriteCall } from '../requests/write-call.ts';
import type { Endpoint } from '../resources/endpoint.ts';
import type { ServerContext } from '../server-context.ts';
import { touchManagedFields } from './touch-managed-fields.ts';
import { withConversions } from './with-conversions.ts';

/** A new object with `managedFields`: who creates it owns what it says. */
export function trackNewObject(server: ServerContext, write: WriteCall, object: KubeObject): KubeObject {
  const resetFields = write.endpoint.hasStatus ? statusOnly : undefined;
  return track({ server, write, live: undefined, object, resetFields, atVersion: write.endpoint.atVersion });
}

/**
 * The object with `managedFields` as this request leaves them: whoever changes a field comes to own it. What the request
 * cannot write must stand in `object` as it stands in `live` already. A promise only where a webhook has to be asked how
 * the owners of other versions see it.
 */
export function trackManagedFields(
  server: ServerContext,
  write: WriteCall,
  live: KubeObject,
  object: KubeObject,
): KubeObject | Promise<KubeObject> {
  return acrossVersions(write.endpoint, [live, object], atVersion => track({ server, write, live, object, atVersion }));
}

/** What `compute` makes of the owners that `objects` name, whichever versions those wrote in. */
function acrossVersions<T>(
  { conversion, atVersion, apiVersion }: Endpoint,
  objects: readonly (KubeObject | undefined)[],
  compute: (atVersion: AtVersion | undefined) => T,
): T | Promise<T> {
  const mustConvert = conversion !== undefined && objects.some(object => hasOtherVersions(object, apiVersion));
  return mustConvert ? withConversions(conversion, compute) : compute(atVersion);
}

interface TrackedChange {
  readonly server: ServerContext;
  readonly write: WriteCall;
  readonly live: KubeObject | undefined;
  readonly object: KubeObject;
  readonly resetFields?: FieldSet | undefined;
  readonly atVersion: AtVersion | undefined;
}

/** Objects are compared as the request's version shows them: those are the fields that its writer knows. */
function track({ server, write, live, object, resetFields, atVersion }: TrackedChange): KubeObject {
  const { endpoint, subresource, manager } = write;
  const { apiVersion, schema } = endpoint;
  const show = (each: KubeObject): KubeObject => atVersion?.(each, apiVersion)?.object ?? each;
  const updated = show(object);
  const tracked = trackUpdate({
    schema,
    live: live && show(live),
    updated,
    manager,
    apiVersion,
    subresource: subresource === '' ? undefined : subresource,
    now: server.rules.now,
    resetFields,
    atVersion,
  });
  if (updated === object) return tracked;
  const { managedFields } = tracked.metadata;
  return tracked === updated ? object : { ...object, metadata: { ...object.metadata, managedFields } };
}

function hasOtherVersions(object: KubeObject | undefined, apiVersion: string): boolean {
  return object?.metadata.managedFields?.some(entry => entry.apiVersion !== apiVersion) ?? false;
}

/** The object if all it does is to renew what its writer alone owns; then nothing else needs to be found out. */
export function trackRenewal(
  server: ServerContext,
  write: WriteCall,
  live: KubeObject,
  object: KubeObject,
): KubeObject | undefined {
  const { atVersion, conversion, apiVersion, isStorageVersion } = write.endpoint;
  // Sets of one version say nothing of the fields of another.
  if (atVersion !== undefined && !isStorageVersion) return undefined;
  if ((atVersion ?? conversion) !== undefined && hasOtherVersions(live, apiVersion)) return undefined;
  return touchManagedFields(write, live, object, apiVersion, server.rules.now);
}

const statusOnly: FieldSet = fieldSetOf(['f:status']);

/**
 * What `live` becomes by server-side apply; throws the 409 of a conflict, the 400 of what cannot be applied. A promise
 * only where a webhook has to be asked, as above.
 */
export function applyConfiguration(
  server: ServerContext,
  write: WriteCall,
  live: KubeObject | undefined,
  applied: KubeObject,
): KubeObject | Promise<KubeObject> {
  const change = { server, write, live, object: applied };
  return acrossVersions(write.endpoint, [live], atVersion => apply({ ...change, atVersion }));
}

function apply({ server, write, live, object: applied, atVersion }: TrackedChange): KubeObject {
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
    atVersion,
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
