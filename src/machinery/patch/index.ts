/**
 * The three patches of the API besides apply: JSON patch, JSON merge patch, strategic merge patch. Pure functions over
 * JSON values that share what does not change; the server decodes, checks and stores.
 *
 * Start reading at `strategic-merge-patch.ts`.
 */
export { applyJsonPatch, type JsonPatchOperation, jsonPatchOperationsMax, readJsonPatch } from './json-patch.ts';
export { applyMergePatch } from './merge-patch.ts';
export type { PatchOutcome } from './patch-problem.ts';
export { applyStrategicMergePatch } from './strategic-merge-patch.ts';
