import {
  type MutatingAdmissionPolicy,
  type MutatingAdmissionPolicyBinding,
  mutatingAdmissionPolicies,
  type ParamKind,
  type ValidatingAdmissionPolicy,
  type ValidatingAdmissionPolicyBinding,
  validatingAdmissionPolicies,
} from '../../../api/generated/index.ts';
import { type FieldError, fieldError, isSemanticallyEqual, parseGroupVersion } from '../../../machinery/index.ts';
import type { Authorizer, ResourceRegistry, UserInfo } from '../../core-contract.ts';
import type { ObjectView } from '../../object-view.ts';

type Policy = MutatingAdmissionPolicy | ValidatingAdmissionPolicy;
type Binding = MutatingAdmissionPolicyBinding | ValidatingAdmissionPolicyBinding;

export interface ParamCheck {
  readonly view: ObjectView;
  readonly resources: ResourceRegistry;
  readonly authorizer: Authorizer;
  readonly user: UserInfo;
}

interface Target {
  readonly group: string;
  readonly version: string;
  readonly resource: string;
}

/** Kubernetes: what cannot be found out is taken for everything. */
const everything: Target = { group: '*', version: '*', resource: '*' };

function targetOf({ apiVersion = '', kind = '' }: ParamKind, resources: ResourceRegistry): Target {
  const { group, version } = parseGroupVersion(apiVersion);
  const resource = resources.lookupKind(group, version, kind)?.version.type.resource ?? '*';
  return { group, version, resource };
}

function mayRead(
  { authorizer, user }: ParamCheck,
  verb: string,
  target: Target,
  namespace: string,
  name: string,
): boolean {
  return authorizer.authorize({ user, verb, ...target, subresource: '', namespace, name }).allowed;
}

/** Who makes a policy must be allowed to read all that it may take for parameters. */
export function checkParamKind(check: ParamCheck, { spec }: Policy, old: Policy | undefined): readonly FieldError[] {
  const { paramKind } = spec;
  if (paramKind === undefined || isSemanticallyEqual(paramKind, old?.spec.paramKind)) return [];
  if (mayRead(check, 'get', targetOf(paramKind, check.resources), '*', '*')) return [];
  const referenced = `kind=${paramKind.kind}, apiVersion=${paramKind.apiVersion}`;
  const detail = `user ${describe(check.user)} must have "get" permission on all objects of the referenced paramKind (${referenced})`;
  return [fieldError.forbidden('spec.paramKind', detail)];
}

/** Who binds a policy must be allowed to read the parameters that the binding names. */
export function checkParamRef(
  check: ParamCheck,
  { spec }: Binding,
  old: Binding | undefined,
  isMutating: boolean,
): readonly FieldError[] {
  const { paramRef, policyName = '' } = spec;
  if (paramRef === undefined) return [];
  if (policyName === old?.spec.policyName && isSemanticallyEqual(paramRef, old.spec.paramRef)) return [];
  const type = isMutating ? mutatingAdmissionPolicies : validatingAdmissionPolicies;
  const policy: Policy | undefined = check.view.get<Policy>(type, undefined, policyName);
  const kind = policy?.spec.paramKind;
  const target = kind === undefined ? everything : targetOf(kind, check.resources);
  const { name = '', namespace = '' } = paramRef;
  const verb = name === '' ? 'list' : 'get';
  if (mayRead(check, verb, target, namespace, name)) return [];
  const detail =
    policy === undefined
      ? `unable to get policy ${policyName} to determine minimum required permissions and user ${describe(check.user)} does not have "${verb}" permission for all groups, versions and resources`
      : `user ${describe(check.user)} does not have "${verb}" permission on the object referenced by paramRef`;
  return [fieldError.forbidden('spec.paramRef', detail)];
}

/** As Go prints a user. */
function describe({ username, uid = '', groups, extra = {} }: UserInfo): string {
  const more = Object.entries(extra).map(([key, values]) => `${key}:[${values.join(' ')}]`);
  return `&{${username} ${uid} [${groups.join(' ')}] map[${more.join(' ')}]}`;
}
