import type { ParamKind, ParamRef } from '../../../api/generated/index.ts';
import { type KubeObject, parseGroupVersion, readLabelSelector } from '../../../machinery/index.ts';
import type { AdmissionRequest, ResourceRegistry, ServedResource } from '../../core-contract.ts';
import type { ObjectView } from '../../object-view.ts';
import { convertToServed } from '../../served-version.ts';

/** The parameters with which a policy is to be evaluated, once for each; a problem where they cannot be had. */
export type PolicyParams =
  | { readonly objects: readonly (KubeObject | undefined)[]; readonly problem?: undefined }
  | { readonly problem: string; readonly objects?: undefined };

const withoutParams: PolicyParams = { objects: [undefined] };

/** The kind of a policy's parameters; undefined where it has none, a problem where nothing serves it. */
export function findParamKind(
  kind: ParamKind | undefined,
  resources: ResourceRegistry,
): { readonly resource?: ServedResource | undefined; readonly problem?: string } {
  if (kind === undefined) return {};
  const { apiVersion = '', kind: name = '' } = kind;
  const { group, version } = parseGroupVersion(apiVersion);
  const resource = resources.lookupKind(group, version, name);
  if (resource !== undefined) return { resource };
  return { problem: `failed to find resource referenced by paramKind: '${apiVersion}, Kind=${name}'` };
}

/** Finds what a binding refers to. No object at all, where absence is allowed, means no evaluation at all. */
export async function findParams(
  resource: ServedResource | undefined,
  ref: ParamRef | undefined,
  request: AdmissionRequest,
  view: ObjectView,
): Promise<PolicyParams> {
  if (resource === undefined || ref === undefined) return withoutParams;
  const type = resource.definition.storage;
  if (!type.namespaced && ref.namespace) {
    return { problem: 'paramRef.namespace must not be provided for a cluster-scoped `paramKind`' };
  }
  const namespace = type.namespaced ? ref.namespace || request.namespace : undefined;
  if (type.namespaced && namespace === '') {
    return { problem: 'cannot use namespaced paramRef in policy binding that matches cluster-scoped resources' };
  }
  const found = select(view, resource, namespace, ref);
  const shown = await Promise.all(found.map(object => show(object, resource)));
  if (shown.length > 0 || ref.parameterNotFoundAction !== 'Deny') return { objects: shown };
  return { problem: 'no params found for policy binding with `Deny` parameterNotFoundAction' };
}

function select(
  view: ObjectView,
  { definition: { storage } }: ServedResource,
  namespace: string | undefined,
  { name, selector }: ParamRef,
): readonly KubeObject[] {
  if (name !== undefined && name !== '') {
    const object = view.get(storage, namespace, name);
    return object === undefined ? [] : [object];
  }
  const matcher = readLabelSelector(selector ?? {}).value;
  if (matcher === undefined) return [];
  return view.list(storage, namespace).filter(({ metadata }) => matcher.matches(metadata.labels));
}

function show(object: KubeObject, resource: ServedResource): KubeObject | Promise<KubeObject> {
  const { group, version } = resource.version.type;
  const conversion = resource.crd?.conversion;
  return conversion === undefined
    ? convertToServed(object, resource)
    : conversion.toVersion(object, `${group}/${version}`);
}
