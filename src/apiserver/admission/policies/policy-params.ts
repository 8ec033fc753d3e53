import type { ParamKind, ParamRef } from '../../../api/generated/index.ts';
import { type KubeObject, parseGroupVersion, readLabelSelector } from '../../../machinery/index.ts';
import type { AdmissionRequest, ResourceRegistry } from '../../core-contract.ts';
import type { ObjectView } from '../../object-view.ts';
import { convertToServed } from '../../served-version.ts';

/** The parameters with which a policy is to be evaluated, once for each; a problem where they cannot be had. */
export type PolicyParams =
  | { readonly objects: readonly (KubeObject | undefined)[]; readonly problem?: undefined }
  | { readonly problem: string; readonly objects?: undefined };

const withoutParams: PolicyParams = { objects: [undefined] };

/** Finds what a binding refers to. No object at all, where absence is allowed, means no evaluation at all. */
export function findParams(
  kind: ParamKind | undefined,
  ref: ParamRef | undefined,
  request: AdmissionRequest,
  resources: ResourceRegistry,
  view: ObjectView,
): PolicyParams {
  if (kind === undefined) return withoutParams;
  const { group, version } = parseGroupVersion(kind.apiVersion ?? '');
  const resource = resources.lookupKind(group, version, kind.kind ?? '');
  if (resource === undefined) {
    return { problem: `failed to find resource referenced by paramKind: '${kind.apiVersion}, Kind=${kind.kind}'` };
  }
  if (ref === undefined) return withoutParams;
  const type = resource.definition.storage;
  const namespace = type.namespaced ? (ref.namespace ?? request.namespace) : undefined;
  if (type.namespaced && namespace === '') {
    return { problem: 'cannot use namespaced paramRef in policy binding that matches cluster-scoped resources' };
  }
  const found = select(view.list(type, namespace), ref).map(object => convertToServed(object, resource));
  if (found.length > 0 || ref.parameterNotFoundAction !== 'Deny') return { objects: found };
  return { problem: 'no params found for policy binding with `Deny` parameterNotFoundAction' };
}

function select(objects: readonly KubeObject[], { name, selector }: ParamRef): readonly KubeObject[] {
  if (name !== undefined && name !== '') return objects.filter(({ metadata }) => metadata.name === name);
  const matcher = readLabelSelector(selector ?? {}).value;
  return matcher === undefined ? [] : objects.filter(({ metadata }) => matcher.matches(metadata.labels));
}
