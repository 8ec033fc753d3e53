import type { RequestOptions, ResourceRequest } from '../../client/index.ts';
import {
  type FieldError,
  fieldError,
  type KubeObject,
  type ListMeta,
  StatusError,
  statusError,
} from '../../machinery/index.ts';
import type { StoredObject } from '../../storage/index.ts';
import type { ListResult, ObjectResult, ServedResource } from '../core-contract.ts';
import type { Endpoint } from '../resources/endpoint.ts';
import type { ServerContext } from '../server-context.ts';
import { optionsOf } from './request-options.ts';
import { selectConverted } from './select-converted.ts';
import { selectionOf } from './selection.ts';
import { showStored } from './show-stored.ts';

/** One object, not older than a resourceVersion that the request names. */
export function getObject(
  server: ServerContext,
  endpoint: Endpoint,
  request: ResourceRequest,
): ObjectResult | Promise<ObjectResult> {
  const { resourceVersion } = optionsOf(request);
  if (resourceVersion) checkNotFuture(server, resourceVersion);
  const name = request.name ?? '';
  const stored = endpoint.find(endpoint.namespaceOf(request.namespace), name);
  if (stored === undefined) throw statusError.notFound(endpoint.subject, name);
  const shown = showStored(endpoint, stored);
  return shown instanceof Promise
    ? shown.then(converted => new FoundObject(converted, endpoint.resource))
    : new FoundObject(shown, endpoint.resource);
}

/** Decoded only if somebody looks: over HTTP it is the stored text that is asked for. */
class FoundObject implements ObjectResult {
  readonly kind = 'object';
  readonly code = 200;
  readonly stored: StoredObject;
  readonly resource: ServedResource;

  constructor(stored: StoredObject, resource: ServedResource) {
    this.stored = stored;
    this.resource = resource;
  }

  get object(): KubeObject {
    return this.stored.object;
  }
}

function checkNotFuture(server: ServerContext, resourceVersion: string): void {
  const wanted = parseRevision(resourceVersion);
  const { revision } = server.store;
  if (wanted <= revision) return;
  throw new StatusError('Timeout', `Timeout: Too large resource version: ${wanted}, current: ${revision}`, {
    causes: [{ reason: 'ResourceVersionTooLarge', message: 'Too large resource version' }],
    retryAfterSeconds: 1,
  });
}

export function parseRevision(text: string): number {
  const revision = /^\d+$/.test(text) ? Number(text) : Number.NaN;
  if (Number.isSafeInteger(revision)) return revision;
  const why = `strconv.ParseUint: parsing ${JSON.stringify(text)}: invalid syntax`;
  throw statusError.badRequest(`resourceVersion: Invalid value: ${JSON.stringify(text)}: ${why}`);
}

export async function listObjects(endpoint: Endpoint, request: ResourceRequest): Promise<ListResult> {
  const options = optionsOf(request);
  checkListOptions(options);
  const { limit, resourceVersion, resourceVersionMatch } = options;
  const { conversion } = endpoint;
  const selection = selectionOf(endpoint, request.namespace, options);
  const listed = await endpoint.cache.list({
    ...(conversion === undefined ? selection : await selectConverted(endpoint.cache, conversion, selection)),
    limit,
    continue: options.continue,
    resourceVersion,
    resourceVersionMatch,
  });
  const metadata: ListMeta = {
    resourceVersion: String(listed.revision),
    ...(listed.continue === undefined ? {} : { continue: listed.continue }),
    ...(listed.remainingItemCount === undefined ? {} : { remainingItemCount: listed.remainingItemCount }),
  };
  const items = conversion === undefined ? listed.objects : await conversion.show(listed.objects);
  return { kind: 'list', items, metadata, resource: endpoint.resource };
}

/** Kubernetes: `ValidateListOptions`, for lists. */
export function checkListOptions(options: RequestOptions): void {
  const { resourceVersionMatch: match, resourceVersion, sendInitialEvents } = options;
  if (match === undefined && sendInitialEvents === undefined) return;
  const field = 'resourceVersionMatch';
  const errors: FieldError[] = [];
  if (match !== undefined) {
    if (!resourceVersion) {
      errors.push(fieldError.forbidden(field, 'resourceVersionMatch is forbidden unless resourceVersion is provided'));
    }
    if (options.continue) {
      errors.push(fieldError.forbidden(field, 'resourceVersionMatch is forbidden when continue is provided'));
    }
    if (match !== 'Exact' && match !== 'NotOlderThan') {
      errors.push(fieldError.notSupported(field, match, ['Exact', 'NotOlderThan', '']));
    }
    if (match === 'Exact' && resourceVersion === '0') {
      const text = 'resourceVersionMatch "exact" is forbidden for resourceVersion "0"';
      errors.push(fieldError.forbidden(field, text));
    }
  }
  if (sendInitialEvents !== undefined) {
    errors.push(fieldError.forbidden('sendInitialEvents', 'sendInitialEvents is forbidden for list'));
  }
  if (errors.length > 0) throw invalidListOptions(errors);
}

export function invalidListOptions(errors: readonly FieldError[]): StatusError {
  return statusError.invalid({ group: 'meta.k8s.io', resource: '', kind: 'ListOptions' }, '', errors);
}
