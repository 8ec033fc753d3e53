import type { KubeObject } from '../../machinery/index.ts';
import { isDeepEqual, statusError } from '../../machinery/index.ts';
import { draftObject, type StoredObject } from '../../storage/index.ts';
import type { ObjectResult } from '../core-contract.ts';
import { isSameApartFromMetadata, keepTimestampsOfUnchanged } from '../metadata/managed-fields.ts';
import { dropDuplicateOwners } from '../metadata/owner-references.ts';
import { preconditionFailed } from '../metadata/preconditions.ts';
import type { Endpoint } from '../resources/endpoint.ts';
import type { Reservation } from '../resources/resource-hooks.ts';
import type { ServerContext } from '../server-context.ts';
import { refusalFor } from './commit-write.ts';
import { checkSize } from './object-size.ts';
import { checkChange, prepareChange, settleVersion, warnOfChange } from './prepare-change.ts';
import { showStored } from './show-stored.ts';
import { admissionOf, type WriteCall } from './write-call.ts';

/** What an update wants, as a function of what stands: called again when somebody else was faster. */
export interface Change {
  /**
   * The wanted object in the storage version, or in the request's where a webhook converts; `managedFields` included.
   * Throws a `StatusError` to refuse.
   */
  from(current: StoredObject | undefined): KubeObject | Promise<KubeObject>;
  /** The uid that the object must have, when the request says one. */
  readonly uid?: string | undefined;
  /** Creates the object when there is none: the request may (`canCreateOnUpdate`, apply). Absent: 404. */
  readonly create?: ((object: KubeObject) => Promise<ObjectResult>) | undefined;
  /** Whether what `from` returned last only gives other short values to scalars that the writer owns. */
  readonly isRenewal?: boolean;
}

/** What is to be done after everything has been asked and checked. */
interface Verdict {
  readonly step: 'put' | 'remove' | 'nothing';
  readonly object: KubeObject;
  readonly reservation: Reservation | undefined;
}

/**
 * Kubernetes: `Store.Update` over `GuaranteedUpdate`. Reads, changes and writes until nobody came in between; a request
 * that names a resourceVersion is refused instead. Waits for nothing but the store where admission does not.
 */
export async function applyChange(server: ServerContext, write: WriteCall, change: Change): Promise<ObjectResult> {
  const { endpoint } = write;
  let current = endpoint.find(write.namespace, write.name);
  for (;;) {
    if (current === undefined) return createMissing(write, change);
    const shown = endpoint.conversion === undefined ? current : await showStored(endpoint, current);
    const pending = judge(server, write, change, shown);
    const verdict = pending instanceof Promise ? await pending : pending;
    const { step, object, reservation } = verdict;
    const { key, revision }: StoredObject = current;
    if (write.isDryRun || (step === 'nothing' && server.store.isStale?.(key) !== true)) {
      reservation?.finish(false);
      return step === 'nothing' ? answer(endpoint, shown) : unstored(endpoint, object);
    }
    let hasSucceeded = false;
    try {
      const compare = [{ key, modRevision: revision }];
      const put = step === 'remove' ? { delete: key } : putOf(endpoint, key, object);
      const operations = [put instanceof Promise ? await put : put];
      const result = await server.store.commit({ compare, operations });
      hasSucceeded = result.succeeded;
      const stored = result.entries[0]?.value;
      if (step === 'remove' && (hasSucceeded || stored === undefined)) return unstored(endpoint, object);
      if (hasSucceeded) {
        return answer(endpoint, endpoint.conversion === undefined ? stored! : await showStored(endpoint, stored!));
      }
      current = stored;
    } catch (error) {
      throw refusalFor(error);
    } finally {
      reservation?.finish(hasSucceeded);
    }
  }
}

function createMissing(write: WriteCall, change: Change): Promise<ObjectResult> {
  const { endpoint, namespace, name } = write;
  if (change.create === undefined) throw statusError.notFound(endpoint.subject, name);
  if (change.uid) throw preconditionFailed(endpoint, namespace, name, change.uid, '');
  const wanted = change.from(undefined);
  return wanted instanceof Promise ? wanted.then(change.create) : change.create(wanted);
}

function judge(
  server: ServerContext,
  write: WriteCall,
  change: Change,
  current: StoredObject,
): Verdict | Promise<Verdict> {
  const { endpoint } = write;
  const old = current.object;
  if (change.uid && change.uid !== old.metadata.uid) {
    throw preconditionFailed(endpoint, write.namespace, write.name, change.uid, old.metadata.uid!);
  }
  const wanted = change.from(current);
  if (wanted instanceof Promise) return wanted.then(object => judgeWanted(server, write, change, object, old));
  return judgeWanted(server, write, change, wanted, old);
}

function judgeWanted(
  server: ServerContext,
  write: WriteCall,
  change: Change,
  wanted: KubeObject,
  old: KubeObject,
): Verdict | Promise<Verdict> {
  const { endpoint } = write;
  const chain = endpoint.chain(write.subresource, 'UPDATE');
  if (!chain.mutates) {
    const isRenewal = change.isRenewal === true && endpoint.rules.prepareForUpdate === undefined;
    return judgeAdmitted(server, write, wanted, old, isRenewal);
  }
  const admitted = chain.mutate(admissionOf(write, 'UPDATE', wanted, old));
  if (!(admitted instanceof Promise))
    return judgeAdmitted(server, write, takeAdmitted(write, wanted, admitted), old, false);
  return admitted.then(object => judgeAdmitted(server, write, takeAdmitted(write, wanted, object), old, false));
}

function takeAdmitted(write: WriteCall, wanted: KubeObject, admitted: KubeObject): KubeObject {
  const object = write.face === undefined ? admitted : write.face.take(wanted, admitted);
  return dropDuplicateOwners(object, write.call, true);
}

function judgeAdmitted(
  server: ServerContext,
  write: WriteCall,
  admitted: KubeObject,
  old: KubeObject,
  isRenewal: boolean,
): Verdict | Promise<Verdict> {
  const { endpoint } = write;
  const versioned = settleVersion(endpoint, write.name, admitted, old);
  const reservation = endpoint.hooks.reserve?.(versioned, old, write.isDryRun);
  if (reservation === undefined) return judgePrepared(server, write, versioned, old, isRenewal, undefined);
  try {
    const verdict = judgePrepared(server, write, reservation.object, old, false, reservation);
    if (!(verdict instanceof Promise)) return verdict;
    return verdict.catch((error: unknown) => {
      reservation.finish(false);
      throw error;
    });
  } catch (error) {
    reservation.finish(false);
    throw error;
  }
}

function judgePrepared(
  server: ServerContext,
  write: WriteCall,
  wanted: KubeObject,
  old: KubeObject,
  isRenewal: boolean,
  reservation: Reservation | undefined,
): Verdict | Promise<Verdict> {
  const { endpoint, subresource } = write;
  const prepared = prepareChange(server, write, wanted, old);
  checkChange(endpoint, subresource, prepared, old);
  warnOfChange(write, prepared, old);
  const isOnlyMetadata = !isRenewal && isSameApartFromMetadata(prepared, old);
  const object = isOnlyMetadata ? keepTimestampsOfUnchanged(prepared, old) : prepared;
  const chain = endpoint.chain(subresource, 'UPDATE');
  const pending = chain.validates ? chain.validate(admissionOf(write, 'UPDATE', object, old)) : undefined;
  if (pending !== undefined) return pending.then(() => decide(endpoint, object, old, isOnlyMetadata, reservation));
  if (!isRenewal) return decide(endpoint, object, old, isOnlyMetadata, reservation);
  const step = isRemovedByUpdate(endpoint, object, old) ? 'remove' : 'put';
  return { step, object, reservation };
}

function decide(
  endpoint: Endpoint,
  object: KubeObject,
  old: KubeObject,
  isOnlyMetadata: boolean,
  reservation: Reservation | undefined,
): Verdict {
  if (isRemovedByUpdate(endpoint, object, old)) return { step: 'remove', object, reservation };
  if (isOnlyMetadata && isDeepEqual(object.metadata, old.metadata)) return { step: 'nothing', object, reservation };
  checkSize(object, old);
  return { step: 'put', object, reservation };
}

/** Kubernetes: `ShouldDeleteDuringUpdate`: an object that is going and has nothing left to wait for is gone. */
function isRemovedByUpdate(endpoint: Endpoint, object: KubeObject, old: KubeObject): boolean {
  const { deletionTimestamp, deletionGracePeriodSeconds } = old.metadata;
  if (deletionTimestamp === undefined || (object.metadata.finalizers?.length ?? 0) > 0) return false;
  if (deletionGracePeriodSeconds !== undefined && deletionGracePeriodSeconds !== 0) return false;
  return endpoint.hooks.canRemove?.(object) ?? true;
}

type PutOperation = { readonly put: string; readonly value: StoredObject; readonly lease?: number | undefined };

function putOf(endpoint: Endpoint, key: string, object: KubeObject): PutOperation | Promise<PutOperation> {
  const { conversion } = endpoint;
  if (conversion !== undefined) {
    return conversion.toStorage(object).then(stored => ({ put: key, value: draftOf(key, stored) }));
  }
  const value = draftOf(key, object);
  return endpoint.leases === undefined
    ? { put: key, value }
    : endpoint.leases.take().then(lease => ({ put: key, value, lease }));
}

function draftOf(key: string, object: KubeObject): StoredObject {
  return draftObject(key, object as StoredObject['object']);
}

function answer(endpoint: Endpoint, stored: StoredObject): ObjectResult {
  return { kind: 'object', code: 200, object: stored.object, stored, resource: endpoint.resource };
}

/** What a dry run would have stored, or the last state of what is gone. */
function unstored(endpoint: Endpoint, object: KubeObject): ObjectResult {
  return { kind: 'object', code: 200, object, resource: endpoint.resource };
}
