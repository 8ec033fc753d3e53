import { schemaOfKind } from '../../api/generated/index.ts';
import type { ResourceRequest, Verb } from '../../client/index.ts';
import { type ObjectSchema, parseGroupVersion, type StatusError, statusError } from '../../machinery/index.ts';
import type { ResourceRegistry } from '../core-contract.ts';
import { readDeleteOptionsBody } from './delete-options.ts';
import type { HttpRequest } from './http-message.ts';
import type { Query } from './query.ts';
import { type RequestBody, readRequestBody, type SchemaLookup } from './request-body.ts';
import type { RequestCall } from './request-call.ts';
import type { RequestInfo } from './request-info.ts';
import { readRequestOptions } from './request-options.ts';
import { methodNotAllowedError } from './status-response.ts';

/** A request that has passed authentication, taken apart. */
export interface Incoming {
  readonly http: HttpRequest;
  readonly query: Query;
  readonly info: RequestInfo;
  readonly call: RequestCall;
}

const bodyVerbs: ReadonlySet<string> = new Set(['create', 'update', 'patch']);
/** Kinds that only travel in the bodies of subresources' requests. */
const bodyKinds: ReadonlySet<string> = new Set([
  'policy/v1 Eviction',
  'authentication.k8s.io/v1 TokenRequest',
  'autoscaling/v1 Scale',
]);

/** Turns HTTP requests about resources into the core's. */
export class ResourceRequestReader {
  readonly #resources: ResourceRegistry;

  constructor(resources: ResourceRegistry) {
    this.#resources = resources;
  }

  /** The served type itself where there is one: what is derived from it is remembered by identity. */
  typeOf(info: RequestInfo): ResourceRequest['type'] {
    return this.#resources.lookup(info.group, info.version, info.resource)?.version.type ?? info;
  }

  /** Throws 405 for a method that the path does not take, 400, 413 and 415 for what cannot be read. */
  async read({ http, info, query, call }: Incoming): Promise<ResourceRequest> {
    const verb = readVerb(info);
    const base = {
      verb,
      type: this.typeOf(info),
      subresource: info.subresource === '' ? undefined : info.subresource,
      namespace: info.namespace === '' ? undefined : info.namespace,
      name: info.name === '' ? undefined : info.name,
      signal: http.signal,
    };
    const options = readRequestOptions(query, verb);
    if (bodyVerbs.has(verb)) {
      const body = await this.#readBody(http, verb);
      call.decodingFindings = body.findings;
      call.placeOf = body.placeOf;
      return { ...base, body: body.value, patchType: body.patchType, options };
    }
    const isDeletion = verb === 'delete' || verb === 'deletecollection';
    if (!isDeletion || http.body === undefined || http.body.length === 0) return { ...base, options };
    const { value } = await this.#readBody(http, verb);
    return { ...base, options: { ...options, ...readDeleteOptionsBody(value) } };
  }

  #readBody(http: HttpRequest, verb: Verb): Promise<RequestBody> {
    return readRequestBody(http, verb, this.#findSchema);
  }

  readonly #findSchema: SchemaLookup = (apiVersion, kind): ObjectSchema | undefined => {
    const { group, version } = parseGroupVersion(apiVersion);
    const served = this.#resources.lookupKind(group, version, kind);
    if (served?.crd !== undefined) throw refuseCustom(version, kind);
    if (served !== undefined) return served.version.schema();
    // Registered in every group: clients name their own.
    if (kind === 'DeleteOptions') return schemaOfKind('', 'v1', kind);
    return bodyKinds.has(`${apiVersion} ${kind}`) ? schemaOfKind(group, version, kind) : undefined;
  };
}

/** Kubernetes: objects of CRDs have no protobuf. */
function refuseCustom(version: string, kind: string): StatusError {
  return statusError.badRequest(
    `${kind} in version ${JSON.stringify(version)} cannot be handled as a ${kind}: object *unstructured.Unstructured does not implement the protobuf marshalling interface and cannot be encoded to a protobuf message`,
  );
}

function readVerb({ verb, name, subresource }: RequestInfo): Verb {
  const isMisplaced =
    verb === '' ||
    (verb === 'create' && name !== '' && subresource === '') ||
    ((verb === 'update' || verb === 'patch') && name === '');
  if (isMisplaced) throw methodNotAllowedError();
  return verb as Verb;
}
