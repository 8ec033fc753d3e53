import type { ResourceRequest } from '../../client/index.ts';
import type { KubeObject } from '../../machinery/index.ts';
import type { AdmissionOperation, AdmissionRequest, CallContext } from '../core-contract.ts';
import type { Endpoint } from '../resources/endpoint.ts';
import { managerOf, optionsOf } from './request-options.ts';

/** A write on its way: the request with what was worked out of it once. */
export interface WriteCall {
  readonly endpoint: Endpoint;
  readonly request: ResourceRequest;
  readonly call: CallContext;
  readonly subresource: string;
  /** `''` for cluster-scoped kinds. */
  readonly namespace: string;
  /** `''` when the name is yet to be generated. */
  readonly name: string;
  readonly isDryRun: boolean;
  readonly manager: string;
  /** Present where the subresource has a kind of its own, in which admission sees the object. */
  readonly face?: SubresourceFace | undefined;
}

/** How an object looks through a subresource such as `scale`. */
export interface SubresourceFace {
  show(object: KubeObject): KubeObject;
  /** The object with what is said through the subresource. */
  take(object: KubeObject, shown: KubeObject): KubeObject;
}

export function openWrite(endpoint: Endpoint, request: ResourceRequest, call: CallContext, name: string): WriteCall {
  const options = optionsOf(request);
  return {
    endpoint,
    request,
    call,
    subresource: request.subresource ?? '',
    namespace: endpoint.namespaceOf(request.namespace),
    name,
    isDryRun: options.dryRun === true,
    manager: managerOf(options, call),
  };
}

export function admissionOf(
  write: WriteCall,
  operation: AdmissionOperation,
  object: KubeObject | undefined,
  old: KubeObject | undefined,
): AdmissionRequest {
  const { face } = write;
  return {
    operation,
    resource: write.endpoint.resource,
    subresource: write.subresource,
    // Kubernetes: a request about a namespace counts as one within it.
    namespace: isNamespaceKind(write.endpoint) ? write.name : write.namespace,
    name: write.name === '' ? (object?.metadata.name ?? '') : write.name,
    object: face === undefined || object === undefined ? object : face.show(object),
    old: face === undefined || old === undefined ? old : face.show(old),
    call: write.call,
    isDryRun: write.isDryRun,
    request: write.request,
  };
}

function isNamespaceKind(endpoint: Endpoint): boolean {
  return endpoint.type.resource === 'namespaces' && endpoint.type.group === '';
}
