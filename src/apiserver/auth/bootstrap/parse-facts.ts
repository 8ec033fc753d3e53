import type {
  ClusterRole,
  ClusterRoleBinding,
  PolicyRule,
  Role,
  RoleBinding,
  Subject,
} from '../../../api/generated/index.ts';
import type { BindingFacts, RoleFacts } from './facts.ts';

const group = 'rbac.authorization.k8s.io';
export const autoupdateAnnotation = 'rbac.authorization.kubernetes.io/autoupdate';

const metadata = {
  annotations: { [autoupdateAnnotation]: 'true' },
  labels: { 'kubernetes.io/bootstrapping': 'rbac-defaults' },
} as const;

/** One line of facts as a rule. */
export function parseRule(line: string): PolicyRule {
  const [verbs = [], second = [], resources, names] = line.split(' | ').map(part => part.split(' '));
  if (resources === undefined) return { verbs, nonResourceURLs: second };
  const apiGroups = second.map(word => (word === '""' ? '' : word));
  return { verbs, apiGroups, resources, ...(names === undefined ? {} : { resourceNames: names }) };
}

export function toClusterRole(facts: RoleFacts): ClusterRole {
  const selectors = facts.aggregatesFrom?.map(name => ({ matchLabels: { [aggregateLabel(name)]: 'true' } }));
  return {
    apiVersion: `${group}/v1`,
    kind: 'ClusterRole',
    metadata: { ...metadata, name: facts.name, labels: labelsOf(facts) },
    ...(selectors === undefined ? {} : { aggregationRule: { clusterRoleSelectors: selectors } }),
    rules: facts.rules.map(parseRule),
  };
}

export function toRole(facts: RoleFacts): Role {
  return {
    apiVersion: `${group}/v1`,
    kind: 'Role',
    metadata: { ...metadata, name: facts.name, namespace: facts.namespace },
    rules: facts.rules.map(parseRule),
  };
}

export function toClusterRoleBinding(facts: BindingFacts): ClusterRoleBinding {
  return { ...bindingOf(facts), kind: 'ClusterRoleBinding', metadata: { ...metadata, name: facts.name } };
}

export function toRoleBinding(facts: BindingFacts): RoleBinding {
  const { name, namespace } = facts;
  return { ...bindingOf(facts), kind: 'RoleBinding', metadata: { ...metadata, name, namespace } };
}

function bindingOf(facts: BindingFacts): Pick<RoleBinding, 'apiVersion' | 'roleRef' | 'subjects'> {
  const [kind = '', name = ''] = splitOnce(facts.role, ' ');
  return {
    apiVersion: `${group}/v1`,
    roleRef: { apiGroup: group, kind, name },
    ...(facts.subjects.length === 0 ? {} : { subjects: facts.subjects.map(parseSubject) }),
  };
}

function parseSubject(text: string): Subject {
  const [kind = '', name = ''] = splitOnce(text, ' ');
  if (kind !== 'ServiceAccount') return { apiGroup: group, kind, name };
  const [namespace = '', account = ''] = splitOnce(name, '/');
  return { kind, name: account, namespace };
}

function splitOnce(text: string, separator: string): readonly string[] {
  const at = text.indexOf(separator);
  return [text.slice(0, at), text.slice(at + separator.length)];
}

function labelsOf(facts: RoleFacts): Readonly<Record<string, string>> {
  const labels: Record<string, string> = { ...metadata.labels };
  for (const name of facts.aggregatesTo ?? []) labels[aggregateLabel(name)] = 'true';
  return labels;
}

function aggregateLabel(name: string): string {
  return `${group}/aggregate-to-${name}`;
}
