import type {
  ClusterRole,
  ClusterRoleBinding,
  PolicyRule,
  Role,
  RoleBinding,
  RoleRef,
  Subject,
} from '../../../api/generated/index.ts';
import type { UserInfo } from '../../core-contract.ts';
import { formatServiceAccountUser } from '../service-account-name.ts';

/** A binding that applies to a user, with why. */
export interface AppliedBinding {
  readonly binding: ClusterRoleBinding | RoleBinding;
  readonly subject: Subject;
  /** `''` for a ClusterRoleBinding. */
  readonly namespace: string;
}

/** What a visitor is told: a rule with the binding that grants it, or a role that a binding names in vain. */
export type VisitedRule =
  | { readonly rule: PolicyRule; readonly applied: AppliedBinding }
  | { readonly problem: string };

type BindingIndex = Map<string, Map<string, AppliedBinding>>;

const noRules: readonly PolicyRule[] = [];

/**
 * The cluster's RBAC objects, indexed by whom they concern, so that a decision looks only at the bindings of its user
 * and of the user's groups. Fed from outside; `generation` grows with every change.
 */
export class RbacPolicy {
  readonly #clusterRoles = new Map<string, ClusterRole>();
  readonly #roles = new Map<string, Role>();
  /** Subject key → binding name → binding. */
  readonly #clusterBindings: BindingIndex = new Map();
  /** Namespace → subject key → binding name → binding. */
  readonly #bindings = new Map<string, BindingIndex>();
  readonly #boundBindings = new Map<string, ClusterRoleBinding | RoleBinding>();
  #generation = 0;

  get generation(): number {
    return this.#generation;
  }

  setClusterRole(name: string, role: ClusterRole | undefined): void {
    this.#generation++;
    if (role === undefined) this.#clusterRoles.delete(name);
    else this.#clusterRoles.set(name, role);
  }

  setRole(namespace: string, name: string, role: Role | undefined): void {
    this.#generation++;
    if (role === undefined) this.#roles.delete(`${namespace}/${name}`);
    else this.#roles.set(`${namespace}/${name}`, role);
  }

  setClusterRoleBinding(name: string, binding: ClusterRoleBinding | undefined): void {
    this.#generation++;
    this.#replaceBinding(this.#clusterBindings, '', name, binding);
  }

  setRoleBinding(namespace: string, name: string, binding: RoleBinding | undefined): void {
    this.#generation++;
    let index = this.#bindings.get(namespace);
    if (index === undefined) {
      if (binding === undefined) return;
      index = new Map();
      this.#bindings.set(namespace, index);
    }
    this.#replaceBinding(index, namespace, name, binding);
    if (index.size === 0) this.#bindings.delete(namespace);
  }

  clusterRoles(): Iterable<ClusterRole> {
    return this.#clusterRoles.values();
  }

  /** Every rule that applies to the user: cluster-wide ones, then those of the namespace unless it is `''`. */
  *rulesFor(user: UserInfo, namespace: string): Generator<VisitedRule> {
    yield* this.#visit(this.#clusterBindings, user, '');
    const index = namespace === '' ? undefined : this.#bindings.get(namespace);
    if (index !== undefined) yield* this.#visit(index, user, namespace);
  }

  /** The rules of the role that a binding in `namespace` refers to; undefined when there is no such role. */
  resolve(roleRef: RoleRef, namespace: string): readonly PolicyRule[] | undefined {
    const role =
      roleRef.kind === 'ClusterRole'
        ? this.#clusterRoles.get(roleRef.name)
        : roleRef.kind === 'Role'
          ? this.#roles.get(`${namespace}/${roleRef.name}`)
          : undefined;
    return role === undefined ? undefined : (role.rules ?? noRules);
  }

  *#visit(index: BindingIndex, user: UserInfo, namespace: string): Generator<VisitedRule> {
    const seen = new Set<string>();
    for (const key of [userKey(user.username), ...user.groups.map(groupKey)]) {
      for (const [name, applied] of index.get(key) ?? []) {
        if (seen.has(name)) continue;
        seen.add(name);
        const rules = this.resolve(applied.binding.roleRef, namespace);
        if (rules === undefined) yield { problem: describeMissingRole(applied.binding.roleRef) };
        else for (const rule of rules) yield { rule, applied };
      }
    }
  }

  #replaceBinding(
    index: BindingIndex,
    namespace: string,
    name: string,
    binding: ClusterRoleBinding | RoleBinding | undefined,
  ): void {
    const bindingKey = `${namespace}/${name}`;
    for (const subject of this.#boundBindings.get(bindingKey)?.subjects ?? []) {
      removeFrom(index, subjectKey(subject, namespace), name);
    }
    if (binding === undefined) {
      this.#boundBindings.delete(bindingKey);
      return;
    }
    this.#boundBindings.set(bindingKey, binding);
    for (const subject of binding.subjects ?? []) {
      addTo(index, subjectKey(subject, namespace), name, { binding, subject, namespace });
    }
  }
}

function addTo(index: BindingIndex, key: string | undefined, name: string, applied: AppliedBinding): void {
  if (key === undefined) return;
  const known = index.get(key);
  if (known === undefined) index.set(key, new Map([[name, applied]]));
  else if (!known.has(name)) known.set(name, applied);
}

function removeFrom(index: BindingIndex, key: string | undefined, name: string): void {
  if (key === undefined) return;
  const known = index.get(key);
  known?.delete(name);
  if (known?.size === 0) index.delete(key);
}

function userKey(username: string): string {
  return `u/${username}`;
}

function groupKey(group: string): string {
  return `g/${group}`;
}

/** Under what a subject is looked up; undefined for kinds that mean nobody. */
function subjectKey(subject: Subject, bindingNamespace: string): string | undefined {
  if (subject.kind === 'User') return userKey(subject.name);
  if (subject.kind === 'Group') return groupKey(subject.name);
  if (subject.kind !== 'ServiceAccount') return undefined;
  const given = subject.namespace ?? '';
  const namespace = given === '' ? bindingNamespace : given;
  return namespace === '' ? undefined : userKey(formatServiceAccountUser({ namespace, name: subject.name }));
}

function describeMissingRole(roleRef: RoleRef): string {
  if (roleRef.kind !== 'ClusterRole' && roleRef.kind !== 'Role') {
    return `unsupported role reference kind: ${JSON.stringify(roleRef.kind)}`;
  }
  return `${roleRef.kind.toLowerCase()}.rbac.authorization.k8s.io ${JSON.stringify(roleRef.name)} not found`;
}

/** `ClusterRoleBinding "a" of ClusterRole "b" to Group "c"`: the reason of an allowed request. */
export function describeBinding({ binding, subject, namespace }: AppliedBinding): string {
  const kind = namespace === '' ? 'ClusterRoleBinding' : 'RoleBinding';
  const name = namespace === '' ? binding.metadata.name : `${binding.metadata.name}/${namespace}`;
  const subjectNamespace = subject.namespace ?? '';
  const subjectName =
    subject.kind === 'ServiceAccount'
      ? `${subject.name}/${subjectNamespace === '' ? namespace : subjectNamespace}`
      : subject.name;
  const role = `${binding.roleRef.kind} ${JSON.stringify(binding.roleRef.name)}`;
  return `${kind} ${JSON.stringify(name)} of ${role} to ${subject.kind} ${JSON.stringify(subjectName)}`;
}
