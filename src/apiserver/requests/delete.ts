import { returnsDeleted } from '../../api/index.ts';
import type { ResourceRequest } from '../../client/index.ts';
import { type KubeObject, type Status, statusError } from '../../machinery/index.ts';
import { draftObject, type StoredObject } from '../../storage/index.ts';
import type { ApiResult, CallContext, ObjectResult, OtherResult } from '../core-contract.ts';
import type { Endpoint } from '../resources/endpoint.ts';
import type { ServerContext } from '../server-context.ts';
import { commitWrite } from './commit-write.ts';
import { checkPreconditions, planDeletion } from './plan-deletion.ts';
import { type DeleteOptions, readDeleteOptions } from './request-options.ts';
import { showStored } from './show-stored.ts';
import { admissionOf, openWrite, type WriteCall } from './write-call.ts';

export function deleteObject(
  server: ServerContext,
  endpoint: Endpoint,
  request: ResourceRequest,
  call: CallContext,
): Promise<ApiResult> {
  const options = readDeleteOptions(request);
  return deleteNamed(server, endpoint, request, call, options, request.name ?? '');
}

/** Deletes one object; also each of a collection, and for evictions, which have been admitted as such. */
export async function deleteNamed(
  server: ServerContext,
  endpoint: Endpoint,
  request: ResourceRequest,
  call: CallContext,
  options: DeleteOptions,
  name: string,
  isAdmitted = false,
): Promise<ApiResult> {
  const write = { ...openWrite(endpoint, request, call, name), isDryRun: options.dryRun };
  let current = endpoint.find(write.namespace, name);
  let bound = options;
  for (;;) {
    if (current === undefined) throw statusError.notFound(endpoint.subject, name);
    checkPreconditions(current.object, endpoint.type.group, bound);
    if (!isAdmitted) await admitDeletion(write, current);
    const step = await deleteStep(server, write, bound, current);
    if (!(step instanceof Again)) return endpoint.conversion === undefined ? step : showAnswer(endpoint, step);
    current = step.current;
    if (step.isOwnMark) bound = followOwnMark(bound, current);
  }
}

async function admitDeletion(write: WriteCall, current: StoredObject): Promise<void> {
  const { endpoint } = write;
  const chain = endpoint.chain('', 'DELETE');
  if (!chain.mutates && !chain.validates) return;
  const shown: StoredObject = endpoint.conversion === undefined ? current : await showStored(endpoint, current);
  const named = admissionOf(write, 'DELETE', undefined, shown.object);
  // Kubernetes: a request for a collection names nothing, whatever it comes to.
  const admission = write.request.verb === 'deletecollection' ? { ...named, name: '' } : named;
  // Kubernetes: who changes objects is asked about deletions, too, and may refuse them.
  if (chain.mutates) await chain.mutate(admission);
  if (chain.validates) await chain.validate(admission);
}

/**
 * Differs from Kubernetes: a deletion touches only metadata, so it happens in the stored version, and an object whose
 * webhook is gone can go, too; only the answer needs it.
 */
async function showAnswer(endpoint: Endpoint, result: ApiResult): Promise<ApiResult> {
  if (result.kind !== 'object' || result.stored === undefined) return result;
  const stored = await showStored(endpoint, result.stored);
  return { ...result, object: stored.object, stored };
}

/** The object has changed since it was looked at, by this deletion's own mark or by somebody else. */
class Again {
  readonly current: StoredObject | undefined;
  readonly isOwnMark: boolean;

  constructor(current: StoredObject | undefined, isOwnMark: boolean) {
    this.current = current;
    this.isOwnMark = isOwnMark;
  }
}

/** A precondition on the version holds for the object as it was before this deletion marked it. */
function followOwnMark(options: DeleteOptions, current: StoredObject | undefined): DeleteOptions {
  if (options.preconditions?.resourceVersion === undefined || current === undefined) return options;
  const { resourceVersion } = current.object.metadata;
  return { ...options, preconditions: { ...options.preconditions, resourceVersion } };
}

async function deleteStep(
  server: ServerContext,
  write: WriteCall,
  options: DeleteOptions,
  current: StoredObject,
): Promise<ApiResult | Again> {
  const { endpoint } = write;
  const object: KubeObject = current.object;
  const own = endpoint.hooks.markDeleting?.(object, { ...options, now: server.rules.now });
  if (own !== undefined) return mark(server, write, own, current, false);
  if (endpoint.hooks.isHeld?.(object) === true) return answerObject(endpoint, current);
  const plan = planDeletion(object, endpoint.rules, options, server.rules);
  if (plan.step === 'pending') return finished(endpoint, current);
  if (plan.step === 'remove') return remove(server, write, current);
  if (plan.object === object) return answerObject(endpoint, current);
  return mark(server, write, plan.object, current, plan.isLast);
}

async function mark(
  server: ServerContext,
  write: WriteCall,
  object: KubeObject,
  current: StoredObject,
  isLast: boolean,
): Promise<ApiResult | Again> {
  const { endpoint } = write;
  if (write.isDryRun) return { kind: 'object', code: 200, object, resource: endpoint.resource };
  const { key, revision } = current;
  const result = await commitWrite(server, {
    compare: [{ key, modRevision: revision }],
    operations: [{ put: key, value: draftObject(key, object as StoredObject['object']) }],
  });
  const stored = result.entries[0]?.value;
  if (!result.succeeded) return new Again(stored, false);
  if (!isLast) return answerObject(endpoint, stored!);
  const removed = await remove(server, write, stored!);
  // Kubernetes: whoever removes it in between has done what was asked for.
  if (removed instanceof Again && removed.current === undefined) return finished(endpoint, stored!);
  return removed instanceof Again ? new Again(removed.current, true) : removed;
}

async function remove(server: ServerContext, write: WriteCall, current: StoredObject): Promise<ApiResult | Again> {
  if (!write.isDryRun) {
    const { key, revision } = current;
    const result = await commitWrite(server, {
      compare: [{ key, modRevision: revision }],
      operations: [{ delete: key }],
    });
    if (!result.succeeded) return new Again(result.entries[0]?.value, false);
  }
  return finished(write.endpoint, current);
}

function answerObject(endpoint: Endpoint, stored: StoredObject): ObjectResult {
  return { kind: 'object', code: 200, object: stored.object, stored, resource: endpoint.resource };
}

/** Kubernetes: `finalizeDelete`: the last state, or a Status that says what is gone. */
function finished(endpoint: Endpoint, last: StoredObject): ObjectResult | OtherResult {
  if (returnsDeleted(endpoint.type)) return answerObject(endpoint, last);
  const { name, uid } = last.object.metadata;
  const { group, resource } = endpoint.type;
  const status: Omit<Status, 'code'> = {
    kind: 'Status',
    apiVersion: 'v1',
    metadata: {},
    status: 'Success',
    details: { name, ...(group === '' ? {} : { group }), kind: resource, uid },
  };
  return { kind: 'other', code: 200, object: status as unknown as KubeObject };
}
