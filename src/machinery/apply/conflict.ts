import { quoteGo } from '../json/index.ts';
import type { ManagedFieldsEntry } from '../object.ts';
import { StatusError } from '../status-error.ts';

/** A field that an apply would change and that someone else owns. */
export interface ApplyConflict {
  readonly owner: ManagedFieldsEntry;
  /** `.spec.replicas`. */
  readonly path: string;
}

function describeOwner(owner: ManagedFieldsEntry): string {
  const name = quoteGo(owner.manager ?? '');
  const subresource = owner.subresource ?? '';
  const who = subresource === '' ? name : `${name} with subresource ${quoteGo(subresource)}`;
  return owner.operation === 'Update' ? `${who} using ${owner.apiVersion}` : who;
}

/** The 409 that an apply without force is answered with. Kubernetes: `NewConflictError`. */
export function applyConflictError(conflicts: readonly ApplyConflict[]): StatusError {
  const causes = conflicts.map(({ owner, path }) => ({
    reason: 'FieldManagerConflict',
    message: `conflict with ${describeOwner(owner)}`,
    field: path,
  }));
  return new StatusError('Conflict', describeConflicts(conflicts), { causes });
}

function describeConflicts(conflicts: readonly ApplyConflict[]): string {
  if (conflicts.length === 1) {
    const { owner, path } = conflicts[0]!;
    return `Apply failed with 1 conflict: conflict with ${describeOwner(owner)}: ${path}`;
  }
  const paths = new Map<string, string[]>();
  for (const { owner, path } of conflicts) {
    const who = describeOwner(owner);
    paths.set(who, [...(paths.get(who) ?? []), path]);
  }
  const lines = [...paths.keys()]
    .sort()
    .flatMap(who => [`conflicts with ${who}:`, ...paths.get(who)!.map(path => `- ${path}`)]);
  return `Apply failed with ${conflicts.length} conflicts: ${lines.join('\n')}`;
}
