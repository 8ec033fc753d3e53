import type { ResourceRequest } from '../../client/index.ts';
import { isJsonObject, type KubeObject, statusError } from '../../machinery/index.ts';
import type { StoredObject } from '../../storage/index.ts';
import type { CallContext, ObjectResult } from '../core-contract.ts';
import { applyConfiguration, trackManagedFields } from '../metadata/managed-fields.ts';
import { checkNameMatches, placeInNamespace } from '../metadata/request-identity.ts';
import type { Endpoint } from '../resources/endpoint.ts';
import { convertToServed } from '../served-version.ts';
import type { ServerContext } from '../server-context.ts';
import { applyChange, type Change } from './change.ts';
import { patchDocument } from './patch-document.ts';
import { readObject, rejectPatch, rejectType, toStorage } from './request-object.ts';
import { checkWriteOptions, optionsOf } from './request-options.ts';
import { createInstead, keepReadOnlyParts } from './update.ts';
import { openWrite, type WriteCall } from './write-call.ts';

/** Changes an object by a patch of any of the four types; apply creates what is not there. */
export function patchObject(
  server: ServerContext,
  endpoint: Endpoint,
  request: ResourceRequest,
  call: CallContext,
): Promise<ObjectResult> {
  const { patchType } = request;
  checkWriteOptions(optionsOf(request), 'PatchOptions', patchType);
  const write = openWrite(endpoint, request, call, request.name ?? '');
  const change = patchType === 'apply' ? new Application(server, write) : new Patch(server, write);
  return applyChange(server, write, change);
}

/** JSON, merge and strategic merge patches: the object as its version shows it, changed as a document. */
class Patch implements Change {
  readonly #server: ServerContext;
  readonly #write: WriteCall;

  constructor(server: ServerContext, write: WriteCall) {
    this.#server = server;
    this.#write = write;
  }

  from(current: StoredObject | undefined): KubeObject | Promise<KubeObject> {
    const old: KubeObject = current!.object;
    const { endpoint, request } = this.#write;
    const served = convertToServed(old, endpoint.resource);
    const schema = endpoint.resource.crd === undefined ? endpoint.schema : undefined;
    const patched = patchDocument(request, served, schema);
    const wanted = keepReadOnlyParts(this.#server, this.#write, readPatched(this.#write, patched, served), old);
    return trackManagedFields(this.#server, this.#write, old, wanted);
  }
}

/** Server-side apply. */
class Application implements Change {
  readonly #server: ServerContext;
  readonly #write: WriteCall;
  readonly #applied: KubeObject;
  readonly create: Change['create'];

  constructor(server: ServerContext, write: WriteCall) {
    this.#server = server;
    this.#write = write;
    this.#applied = readConfiguration(write);
    // Kubernetes: a subresource is never created on its own.
    this.create = write.subresource === '' ? object => createInstead(server, write, object) : undefined;
  }

  from(current: StoredObject | undefined): KubeObject | Promise<KubeObject> {
    const { endpoint } = this.#write;
    const old: KubeObject | undefined = current?.object;
    const served = old === undefined ? undefined : convertToServed(old, endpoint.resource);
    const finish = (merged: KubeObject): KubeObject => {
      const wanted = readPatched(this.#write, merged, served);
      return old === undefined ? wanted : keepReadOnlyParts(this.#server, this.#write, wanted, old);
    };
    const merged = applyConfiguration(this.#server, this.#write, served, this.#applied);
    return merged instanceof Promise ? merged.then(finish) : finish(merged);
  }
}

function readConfiguration(write: WriteCall): KubeObject {
  const { endpoint, request, namespace, name } = write;
  const { body } = request;
  if (!isJsonObject(body)) throw statusError.badRequest('error decoding YAML: the configuration is not an object');
  const { apiVersion, kind } = body;
  if (apiVersion !== endpoint.apiVersion) {
    throw statusError.badRequest(
      `the API version in the data (${String(apiVersion)}) does not match the expected API version (${endpoint.apiVersion})`,
    );
  }
  if (kind !== endpoint.type.kind)
    throw statusError.badRequest(`invalid object type: ${apiVersion}, Kind=${String(kind)}`);
  const metadata = isJsonObject(body['metadata']) ? body['metadata'] : {};
  const named = { ...metadata, name: metadata['name'] ?? name };
  return placeInNamespace({ ...body, metadata: named } as KubeObject, namespace);
}

/** The outcome of a patch as an object in the storage version. */
function readPatched(write: WriteCall, document: unknown, old: KubeObject | undefined): KubeObject {
  const { endpoint, request, call, namespace, name } = write;
  if (!isJsonObject(document)) throw rejectPatch(JSON.stringify(document), 'the outcome is not an object');
  const given = document as unknown as KubeObject;
  if (given.apiVersion !== endpoint.apiVersion || given.kind !== endpoint.type.kind) {
    if (endpoint.resource.crd !== undefined) throw rejectType(endpoint, given, name);
    throw rejectPatch(JSON.stringify(document), 'apiVersion and kind must not be changed');
  }
  const { object, strict } = readObject(
    endpoint,
    given,
    old,
    errors => statusError.invalid(endpoint.subject, name, errors),
    request.patchType === 'apply',
  );
  const findings = [...(call.decodingFindings ?? []), ...strict];
  const directive = optionsOf(request).fieldValidation;
  if (findings.length > 0 && directive === 'Strict') {
    throw rejectPatch(JSON.stringify(document), `strict decoding error: ${findings.join(', ')}`);
  }
  if (directive !== 'Ignore') for (const finding of findings) call.warn(finding);
  const placed = placeInNamespace(object, namespace);
  checkNameMatches(placed, name);
  return toStorage(endpoint, placed);
}
