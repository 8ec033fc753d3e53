import type { ResourceRequest } from '../../client/index.ts';
import type { KubeObject } from '../../machinery/index.ts';
import type { StoredObject } from '../../storage/index.ts';
import type { CallContext, ObjectResult } from '../core-contract.ts';
import { trackManagedFields, trackNewObject, trackRenewal } from '../metadata/managed-fields.ts';
import { dropDuplicateOwners } from '../metadata/owner-references.ts';
import { checkNameMatches, placeInNamespace } from '../metadata/request-identity.ts';
import type { Endpoint } from '../resources/endpoint.ts';
import { convertToServed } from '../served-version.ts';
import type { ServerContext } from '../server-context.ts';
import { authorizeCreation } from './authorize.ts';
import { applyChange, type Change } from './change.ts';
import { admitNew, createAdmitted } from './create.ts';
import { partRules, withStatusOf } from './prepare-change.ts';
import { readBody, toStorage } from './request-object.ts';
import { checkWriteOptions, optionsOf } from './request-options.ts';
import { openWrite, type WriteCall } from './write-call.ts';

/** Replaces an object, or the part of it that a subresource is. */
export function updateObject(
  server: ServerContext,
  endpoint: Endpoint,
  request: ResourceRequest,
  call: CallContext,
): Promise<ObjectResult> {
  checkWriteOptions(optionsOf(request), 'UpdateOptions');
  const write = openWrite(endpoint, request, call, request.name ?? '');
  return applyChange(server, write, new Replacement(server, write));
}

/** The change that an update's body stands for. */
class Replacement implements Change {
  readonly #server: ServerContext;
  readonly #write: WriteCall;
  readonly #wanted: KubeObject;
  readonly uid: string | undefined;
  readonly create: Change['create'];
  isRenewal = false;

  constructor(server: ServerContext, write: WriteCall) {
    this.#server = server;
    this.#write = write;
    const { endpoint, request, call, namespace, name } = write;
    // What a webhook has converted shares nothing with what anybody holds.
    const current = endpoint.conversion === undefined ? endpoint.find(namespace, name) : undefined;
    const shared = current === undefined ? undefined : convertToServed(current.object, endpoint.resource);
    const body = readBody(endpoint, request.body, call, optionsOf(request).fieldValidation, shared);
    // Metadata that is the stored object's own was checked when it was written.
    const isChecked = shared !== undefined && body.metadata === shared.metadata;
    const wanted = isChecked ? body : withCheckedIdentity(body, write);
    this.#wanted = toStorage(endpoint, wanted);
    this.uid = wanted.metadata.uid;
    this.create =
      endpoint.rules.canCreateOnUpdate === true && write.subresource === ''
        ? object => createInstead(server, write, object)
        : undefined;
  }

  from(current: StoredObject | undefined): KubeObject | Promise<KubeObject> {
    const server = this.#server;
    const write = this.#write;
    if (current === undefined) return trackNewObject(server, write, this.#wanted);
    const old = current.object;
    const wanted = keepReadOnlyParts(server, write, this.#wanted, old);
    const renewed = trackRenewal(server, write, old, wanted);
    this.isRenewal = renewed !== undefined;
    return renewed ?? trackManagedFields(server, write, old, wanted);
  }
}

function withCheckedIdentity(body: KubeObject, { namespace, name, call }: WriteCall): KubeObject {
  const placed = placeInNamespace(body, namespace);
  checkNameMatches(placed, name);
  return dropDuplicateOwners(placed, call, false);
}

/** Takes from the old object what the request's path does not write, so that nobody comes to own it by this request. */
export function keepReadOnlyParts(
  server: ServerContext,
  write: WriteCall,
  wanted: KubeObject,
  old: KubeObject,
): KubeObject {
  const { endpoint, subresource } = write;
  if (subresource === '') return endpoint.hasStatus ? withStatusOf(wanted, old) : wanted;
  return partRules(endpoint, subresource)?.prepareForUpdate(wanted, old, server.rules) ?? wanted;
}

/** Kubernetes: who may update but not create is refused here. */
export async function createInstead(
  server: ServerContext,
  write: WriteCall,
  object: KubeObject,
): Promise<ObjectResult> {
  authorizeCreation(server, write);
  return createAdmitted(server, write, await admitNew(write, object));
}
