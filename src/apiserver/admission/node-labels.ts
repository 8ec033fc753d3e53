const restrictionNamespace = 'node-restriction.kubernetes.io';

/** Kubernetes: the labels of Kubernetes' own that a node may give itself. */
const ownLabels: ReadonlySet<string> = new Set([
  'kubernetes.io/hostname',
  'topology.kubernetes.io/zone',
  'topology.kubernetes.io/region',
  'failure-domain.beta.kubernetes.io/zone',
  'failure-domain.beta.kubernetes.io/region',
  'beta.kubernetes.io/instance-type',
  'node.kubernetes.io/instance-type',
  'kubernetes.io/os',
  'kubernetes.io/arch',
  'beta.kubernetes.io/os',
  'beta.kubernetes.io/arch',
]);

const ownNamespaces = ['kubelet.kubernetes.io', 'node.kubernetes.io'];

type Labels = Readonly<Record<string, string>>;

/**
 * The labels that a node must not add, change or remove, sorted: it could draw workloads to itself that are meant for
 * others. Labels outside Kubernetes' own namespaces are everybody's.
 */
export function forbiddenLabels(now: Labels, before: Labels): readonly string[] {
  if (now === before) return [];
  const changed = new Set([...Object.keys(now), ...Object.keys(before)].filter(key => now[key] !== before[key]));
  return [...changed].filter(isForbidden).sort();
}

function isForbidden(label: string): boolean {
  const slash = label.indexOf('/');
  const namespace = slash < 0 ? '' : label.slice(0, slash);
  if (isWithin(namespace, restrictionNamespace)) return true;
  const isKubernetes = isWithin(namespace, 'kubernetes.io') || isWithin(namespace, 'k8s.io');
  return isKubernetes && !ownLabels.has(label) && !ownNamespaces.some(own => isWithin(namespace, own));
}

function isWithin(namespace: string, domain: string): boolean {
  return namespace === domain || namespace.endsWith(`.${domain}`);
}
