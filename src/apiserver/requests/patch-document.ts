import type { ResourceRequest } from '../../client/index.ts';
import { isJsonObject, type Schema, StatusError, statusError } from '../../machinery/index.ts';
import {
  applyJsonPatch,
  applyMergePatch,
  applyStrategicMergePatch,
  jsonPatchOperationsMax,
  readJsonPatch,
} from '../../machinery/patch/index.ts';

/** Where a kind has no schema of its own patches merge: CustomResources and Scales. */
const supportedByAll = ['application/json-patch+json', 'application/merge-patch+json', 'application/apply-patch+yaml'];

/** A document changed by a request's JSON, merge or strategic merge patch. Throws a `StatusError` for one that is none. */
export function patchDocument(request: ResourceRequest, document: unknown, schema: Schema | undefined): unknown {
  const { body, patchType } = request;
  if (patchType === 'json') return patchByOperations(document, body);
  if (!isJsonObject(body)) throw statusError.badRequest('error decoding patch: the patch is not an object');
  if (patchType === 'merge') return applyMergePatch(document, body);
  if (patchType === 'strategic' && schema !== undefined) return patchStrategically(document, body, schema);
  throw new StatusError(
    'UnsupportedMediaType',
    `the body of the request was in an unknown format - accepted media types include: ${supportedByAll.join(', ')}`,
  );
}

function patchByOperations(document: unknown, body: unknown): unknown {
  const operations = readJsonPatch(body);
  if (operations.value === undefined) throw statusError.badRequest(operations.problem);
  const count = operations.value.length;
  if (count > jsonPatchOperationsMax) {
    throw new StatusError(
      'RequestEntityTooLarge',
      `Request entity too large: The allowed maximum operations in a JSON patch is ${jsonPatchOperationsMax}, got ${count}`,
    );
  }
  const outcome = applyJsonPatch(document, operations.value);
  if (outcome.problem === undefined) return outcome.value;
  // Kubernetes: a generic answer of the server with 422, which does not say what is wrong.
  throw unprocessable();
}

function unprocessable(): StatusError {
  return new StatusError('Invalid', 'the server rejected our request due to an error in our request', {});
}

/** Kubernetes: these two are 422, whatever else is wrong with the patch is 400. */
const isUnprocessable = /retainKeys|list of lists/;

function patchStrategically(document: unknown, body: unknown, schema: Schema): unknown {
  const outcome = applyStrategicMergePatch(schema, document, body);
  if (outcome.problem === undefined) return outcome.value;
  throw isUnprocessable.test(outcome.problem) ? unprocessable() : statusError.badRequest(outcome.problem);
}
