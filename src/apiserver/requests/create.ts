import type { ResourceRequest } from '../../client/index.ts';
import {
  type FieldError,
  type KubeObject,
  type ObjectMeta,
  StatusError,
  statusError,
  validateObjectMeta,
} from '../../machinery/index.ts';
import { draftObject, type StoredObject } from '../../storage/index.ts';
import type { CallContext, ObjectResult } from '../core-contract.ts';
import { trackNewObject } from '../metadata/managed-fields.ts';
import { dropDuplicateOwners } from '../metadata/owner-references.ts';
import { generateName, placeInNamespace, wipeSystemFields } from '../metadata/request-identity.ts';
import type { Endpoint } from '../resources/endpoint.ts';
import type { Reservation } from '../resources/resource-hooks.ts';
import type { ServerContext } from '../server-context.ts';
import { checkFinalizers } from './check-finalizers.ts';
import { commitWrite } from './commit-write.ts';
import { describeValues } from './describe-values.ts';
import { checkSize } from './object-size.ts';
import { readBody, toStorage } from './request-object.ts';
import { checkWriteOptions, optionsOf } from './request-options.ts';
import { showStored } from './show-stored.ts';
import { admissionOf, openWrite, type WriteCall } from './write-call.ts';

/** Kubernetes: how often a generated name that is taken is drawn anew. */
const maxGeneratedNames = 8;

export async function createObject(
  server: ServerContext,
  endpoint: Endpoint,
  request: ResourceRequest,
  call: CallContext,
): Promise<ObjectResult> {
  const options = optionsOf(request);
  checkWriteOptions(options, 'CreateOptions');
  const body = readBody(endpoint, request.body, call, options.fieldValidation);
  const write = openWrite(endpoint, request, call, request.name ?? body.metadata.name ?? '');
  const wiped = { ...body, metadata: wipeSystemFields(body.metadata) };
  const placed = dropDuplicateOwners(placeInNamespace(wiped, write.namespace), call, false);
  const tracked = trackNewObject(server, write, toStorage(endpoint, placed));
  const admitted = await admitNew(write, tracked);
  return createAdmitted(server, write, admitted);
}

/** What mutating admission makes of a new object. */
export async function admitNew(write: WriteCall, object: KubeObject): Promise<KubeObject> {
  if (write.endpoint.resource.crd?.isTerminating === true) throw refuseNew(write.endpoint, object);
  const chain = write.endpoint.chain(write.subresource, 'CREATE');
  if (!chain.mutates) return object;
  const admitted = await chain.mutate(admissionOf(write, 'CREATE', object, undefined));
  if (admitted === object) return object;
  return dropDuplicateOwners(placeInNamespace(admitted, write.namespace), write.call, true);
}

/** Kubernetes: `forbidCreateAdmission`. */
function refuseNew({ subject, type }: Endpoint, object: KubeObject): StatusError {
  const text = 'create not allowed while custom resource definition is terminating';
  return statusError.forbidden({ ...subject, kind: type.resource }, object.metadata.name ?? '', text);
}

/** Stores a new object, under further names if the first generated ones are taken. */
export async function createAdmitted(
  server: ServerContext,
  write: WriteCall,
  object: KubeObject,
): Promise<ObjectResult> {
  const { generateName: prefix, name } = object.metadata;
  if (name || !prefix) return storeNew(server, write, object);
  for (let attempt = 1; ; attempt++) {
    const named = generateName(prefix, server.names.suffix(5));
    try {
      const complete = { ...object, metadata: { ...object.metadata, name: named } };
      // Defaults may follow from the name.
      return await storeNew(server, write, write.endpoint.rules.setDefaults?.(complete) ?? complete);
    } catch (error) {
      if (!StatusError.is(error, 'AlreadyExists') || attempt === maxGeneratedNames) throw error;
    }
  }
}

async function storeNew(server: ServerContext, write: WriteCall, object: KubeObject): Promise<ObjectResult> {
  const { endpoint } = write;
  const identified = identify(server, object);
  const reservation = endpoint.hooks.reserve?.(identified, undefined, write.isDryRun);
  let hasSucceeded = false;
  try {
    const result = await storeReserved(server, write, reservation?.object ?? identified);
    hasSucceeded = !write.isDryRun;
    return result;
  } finally {
    finish(reservation, hasSucceeded);
  }
}

function finish(reservation: Reservation | undefined, hasSucceeded: boolean): void {
  reservation?.finish(hasSucceeded);
}

/** Kubernetes: `FillObjectMetaSystemFields`. */
function identify(server: ServerContext, object: KubeObject): KubeObject {
  const { rules } = server;
  return { ...object, metadata: { ...object.metadata, uid: rules.uuid(), creationTimestamp: rules.now } };
}

async function storeReserved(server: ServerContext, write: WriteCall, object: KubeObject): Promise<ObjectResult> {
  const { endpoint } = write;
  const admitted = prepareNew(server, endpoint, object);
  checkNew(endpoint, admitted);
  warnOf(write, admitted);
  const chain = endpoint.chain(write.subresource, 'CREATE');
  if (chain.validates) await chain.validate(admissionOf(write, 'CREATE', admitted, undefined));
  const prepared = withoutVersion(admitted);
  const name = prepared.metadata.name!;
  checkSize(prepared, undefined, isUntracked(write));
  if (write.isDryRun) {
    const present = endpoint.find(write.namespace, name);
    if (present !== undefined) throw alreadyExists(endpoint, prepared, present);
    return { kind: 'object', code: 201, object: prepared, resource: endpoint.resource };
  }
  return commitNew(server, write, prepared, name);
}

/** Whether the client left it to us to say who manages which fields. */
function isUntracked({ request }: WriteCall): boolean {
  return request.verb === 'create' && (request.body as KubeObject).metadata?.managedFields === undefined;
}

async function commitNew(
  server: ServerContext,
  write: WriteCall,
  object: KubeObject,
  name: string,
): Promise<ObjectResult> {
  const { endpoint } = write;
  const key = endpoint.key(write.namespace, name);
  const lease = endpoint.leases === undefined ? undefined : await endpoint.leases.take();
  const { conversion } = endpoint;
  const ordered = orderFields(conversion === undefined ? object : await conversion.toStorage(object));
  const result = await commitWrite(server, {
    compare: [{ key, modRevision: 0 }],
    operations: [{ put: key, value: draftObject(key, ordered), lease }],
  });
  const entry = result.entries[0]?.value;
  if (!result.succeeded) throw alreadyExists(endpoint, object, entry);
  const stored = conversion === undefined ? entry! : await showStored(endpoint, entry!);
  return { kind: 'object', code: 201, object: stored.object, stored, resource: endpoint.resource };
}

/** Kubernetes: a number says that the object is stored already; anything else says nothing. */
function withoutVersion(object: KubeObject): KubeObject {
  const { resourceVersion } = object.metadata;
  if (resourceVersion === undefined) return object;
  if (/^\d+$/.test(resourceVersion) && !/^0+$/.test(resourceVersion)) {
    throw new StatusError('InternalError', 'resourceVersion should not be set on objects to be created');
  }
  return { ...object, metadata: { ...object.metadata, resourceVersion: undefined } };
}

/** What the kind and the server set; then what is left of a status that clients may not set. */
function prepareNew(server: ServerContext, endpoint: Endpoint, object: KubeObject): KubeObject {
  const { rules } = endpoint;
  let prepared = object;
  if (rules.prepareForCreate !== undefined) prepared = rules.prepareForCreate(object, server.rules);
  else if (endpoint.hasStatus) prepared = { ...object, status: undefined } as KubeObject;
  const generation = rules.hasGeneration === false || rules.startsWithoutGeneration === true ? undefined : 1;
  return prepared.metadata.generation === generation
    ? prepared
    : { ...prepared, metadata: { ...prepared.metadata, generation } };
}

function checkNew(endpoint: Endpoint, object: KubeObject): void {
  const { rules, type } = endpoint;
  const { metadata } = object;
  const errors: FieldError[] = [
    ...validateObjectMeta(metadata, { namespaced: type.namespaced, validateName: rules.validateName }),
    ...checkFinalizers(endpoint, metadata),
    ...(rules.validateCreate?.(object) ?? []),
  ];
  if (errors.length > 0)
    throw statusError.invalid(endpoint.subject, metadata.name ?? '', describeValues(endpoint, errors));
}

function warnOf(write: WriteCall, object: KubeObject): void {
  const { rules } = write.endpoint;
  if (rules.warnings === undefined) return;
  for (const text of rules.warnings(object, undefined)) write.call.warn(text);
}

function alreadyExists(endpoint: Endpoint, object: KubeObject, present: StoredObject | undefined): StatusError {
  const name = object.metadata.name!;
  const error = object.metadata.generateName
    ? generatedNameTaken(endpoint, name)
    : statusError.alreadyExists(endpoint.subject, name);
  if (present?.object.metadata.deletionTimestamp === undefined) return error;
  return new StatusError('AlreadyExists', `object is being deleted: ${error.message}`, error.details, error.code);
}

/** Kubernetes: `NewGenerateNameConflict`. */
function generatedNameTaken(endpoint: Endpoint, name: string): StatusError {
  const plain = statusError.alreadyExists(endpoint.subject, name);
  const text = `${plain.message}, the server was not able to generate a unique name for the object`;
  return new StatusError('AlreadyExists', text, { ...plain.details, retryAfterSeconds: 1 });
}

/** Objects read as kubectl prints them: apiVersion, kind, metadata, then the rest as it came. */
function orderFields(object: KubeObject): StoredObject['object'] {
  const { apiVersion, kind, metadata, ...rest } = object as KubeObject & Record<string, unknown>;
  return { apiVersion, kind, metadata: orderMetadata(metadata), ...rest };
}

function orderMetadata(metadata: ObjectMeta): ObjectMeta {
  const { name, generateName: prefix, namespace, uid, generation, creationTimestamp, ...rest } = metadata;
  return {
    name,
    ...(prefix === undefined ? {} : { generateName: prefix }),
    ...(namespace === undefined ? {} : { namespace }),
    uid,
    resourceVersion: '',
    ...(generation === undefined ? {} : { generation }),
    creationTimestamp,
    ...rest,
  };
}
