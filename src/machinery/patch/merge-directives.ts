import { formatGoValue, isJsonObject, type JsonObject } from '../json/index.ts';
import { PatchProblem } from './patch-problem.ts';

/** The keys by which a strategic merge patch says more than values can. */
export const directive = {
  patch: '$patch',
  retainKeys: '$retainKeys',
  deleteFromList: '$deleteFromPrimitiveList/',
  elementOrder: '$setElementOrder/',
} as const;

export const formatProblems = {
  primitiveList: 'invalid patch format of primitive list',
  retainKeys: 'invalid patch format of retainKeys',
  elementOrder: 'invalid patch format of setElementOrder list',
} as const;

export function unknownPatchType(type: unknown, map: JsonObject): PatchProblem {
  return new PatchProblem(`unknown patch type: ${String(type)} in map: ${formatGoValue(map)}`);
}

export function noMergeKey(map: JsonObject, key: string): PatchProblem {
  return new PatchProblem(`map: ${formatGoValue(map)} does not contain declared merge key: ${key}`);
}

/**
 * A value of a patch that has nothing to merge into: without its directives and, where the target had nothing, without
 * nulls. Undefined when a directive says that there is nothing.
 */
export function stripDirectives(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(stripDirectives).filter(item => item !== undefined);
  if (!isJsonObject(value)) return value;
  if (value[directive.patch] !== undefined) return undefined;
  const kept: Record<string, unknown> = {};
  for (const key in value) {
    const inner = value[key];
    if (inner === null || inner === undefined) continue;
    const stripped = stripDirectives(inner);
    if (stripped !== undefined) kept[key] = stripped;
  }
  return kept;
}
