import { checkQualifiedName, type KubeObject } from '../../machinery/index.ts';

const field = 'metadata.finalizers';
const standard: ReadonlySet<string> = new Set(['orphan', 'foregroundDeletion', 'kubernetes']);

/** What is unwise about the finalizers that a write adds. Kubernetes: `validateKubeFinalizerName`. */
export function warnOfFinalizers({ metadata }: KubeObject, old: KubeObject | undefined): readonly string[] {
  const { finalizers = [] } = metadata;
  if (finalizers.length === 0) return noWarnings;
  const before = old?.metadata.finalizers ?? [];
  const added = [...new Set(finalizers.filter(name => !before.includes(name)))].sort();
  return added.flatMap(name =>
    [...checkQualifiedName(name), ...adviseOn(name)].map(text => `${field}: ${JSON.stringify(name)}: ${text}`),
  );
}

const noWarnings: readonly string[] = [];

function adviseOn(name: string): readonly string[] {
  if (name.includes('/') || standard.has(name)) return [];
  const path = name.includes('.') ? ' including a path (/)' : '';
  return [`prefer a domain-qualified finalizer name${path} to avoid accidental conflicts with other finalizer writers`];
}
