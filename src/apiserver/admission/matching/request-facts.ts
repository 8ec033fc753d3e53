import type { ServedVersion } from '../../../api/index.ts';
import type { RequestOptions, ResourceRequest } from '../../../client/index.ts';
import { isJsonObject, type KubeObject } from '../../../machinery/index.ts';
import type { AdmissionRequest, UserInfo } from '../../core-contract.ts';
import type { MatchedResource } from './match-request.ts';

interface GroupVersionKind {
  readonly group: string;
  readonly version: string;
  readonly kind: string;
}

interface GroupVersionResource {
  readonly group: string;
  readonly version: string;
  readonly resource: string;
}

/** Kubernetes: `admission.k8s.io` AdmissionRequest without uid and objects: what webhooks and expressions are told. */
export interface RequestFacts {
  readonly kind: GroupVersionKind;
  readonly resource: GroupVersionResource;
  readonly subResource?: string;
  readonly requestKind: GroupVersionKind;
  readonly requestResource: GroupVersionResource;
  readonly requestSubResource?: string;
  readonly name?: string;
  readonly namespace?: string;
  readonly operation: string;
  readonly userInfo: object;
  readonly dryRun: boolean;
  readonly options: object | null;
}

export function readRequestFacts(request: AdmissionRequest, matched: MatchedResource): RequestFacts {
  const { subresource, name, namespace } = request;
  return {
    kind: kindOf(matched.version, subresource),
    resource: resourceOf(matched.version),
    ...(subresource === '' ? {} : { subResource: subresource }),
    requestKind: kindOf(request.resource.version, subresource),
    requestResource: resourceOf(request.resource.version),
    ...(subresource === '' ? {} : { requestSubResource: subresource }),
    ...(name === '' ? {} : { name }),
    ...(namespace === '' ? {} : { namespace }),
    operation: request.operation,
    userInfo: describeUser(request.call.user),
    dryRun: request.isDryRun,
    options: describeOptions(request),
  };
}

/** Of the object that the request carries: subresources such as `scale` have a kind of their own. */
export function kindOf({ type, subresources }: ServedVersion, subresource: string): GroupVersionKind {
  const part = subresource === '' ? undefined : subresources.find(each => each.name === subresource);
  const { group = type.group, version = type.version, kind = type.kind } = part ?? {};
  return { group, version, kind };
}

function resourceOf({ type: { group, version, resource } }: ServedVersion): GroupVersionResource {
  return { group, version, resource };
}

export function describeUser({ username, uid, groups, extra }: UserInfo): object {
  return {
    username,
    ...(uid ? { uid } : {}),
    ...(groups.length === 0 ? {} : { groups }),
    ...(extra === undefined || Object.keys(extra).length === 0 ? {} : { extra }),
  };
}

/** The options that came with the request, as an object of their own. */
function describeOptions({ operation, request, object }: AdmissionRequest): object | null {
  if (request === undefined || operation === 'CONNECT') return null;
  const apiVersion = 'meta.k8s.io/v1';
  const options = request.options ?? {};
  if (operation === 'DELETE') return { kind: 'DeleteOptions', apiVersion, ...describeDeletion(request, options) };
  // Kubernetes: a patch counts as the update, or the creation, that it comes to.
  const kind = operation === 'CREATE' && object !== undefined ? 'CreateOptions' : 'UpdateOptions';
  return { kind, apiVersion, ...describeWrite(options) };
}

function describeWrite({ dryRun, fieldManager, fieldValidation }: RequestOptions): object {
  return {
    ...(dryRun === true ? { dryRun: ['All'] } : {}),
    ...(fieldManager ? { fieldManager } : {}),
    ...(fieldValidation === undefined ? {} : { fieldValidation }),
  };
}

function describeDeletion({ body }: ResourceRequest, options: RequestOptions): object {
  if (isJsonObject(body)) {
    const { kind: _kind, apiVersion: _apiVersion, ...given } = body as unknown as KubeObject;
    return given;
  }
  const { gracePeriodSeconds, propagationPolicy, preconditions, dryRun } = options;
  return {
    ...(gracePeriodSeconds === undefined ? {} : { gracePeriodSeconds }),
    ...(preconditions === undefined ? {} : { preconditions }),
    ...(propagationPolicy === undefined ? {} : { propagationPolicy }),
    ...(dryRun === true ? { dryRun: ['All'] } : {}),
  };
}
