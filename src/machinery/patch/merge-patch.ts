import { isJsonObject, type JsonObject, ownField, setField } from '../json/index.ts';

/**
 * RFC 7386: objects merge, null deletes, everything else replaces. Parts that do not change are shared. As the library
 * that upstream uses does, nulls inside the objects of lists count as absent too.
 */
export function applyMergePatch(target: unknown, patch: unknown): unknown {
  if (Array.isArray(patch)) return patch.map(pruneNulls);
  if (!isJsonObject(patch)) return patch;
  const base: JsonObject = isJsonObject(target) ? target : {};
  const merged: Record<string, unknown> = { ...base };
  let hasGap = false;
  for (const key in patch) {
    const value = patch[key];
    if (value === undefined) continue;
    if (value === null) hasGap = delete merged[key];
    else setField(merged, key, applyMergePatch(ownField(base, key), value));
  }
  // The engine treats an object that fields were deleted from as a dictionary: slow for whoever reads it, for good.
  return hasGap ? { ...merged } : merged;
}

function pruneNulls(value: unknown): unknown {
  return isJsonObject(value) || Array.isArray(value) ? applyMergePatch(undefined, value) : value;
}
