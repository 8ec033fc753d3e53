import type { Environment } from '@marcbachmann/cel-js';

class JsonPatchNamespace {}

/** Kubernetes: `jsonpatch.escapeKey('example.com/name')`, for the paths of JSON patches. */
export function registerJsonPatch(environment: Environment): void {
  environment
    .registerType('kubernetes.JSONPatchFunctions', { ctor: JsonPatchNamespace, fields: {} })
    .registerConstant('jsonpatch', 'kubernetes.JSONPatchFunctions', new JsonPatchNamespace())
    .registerFunction('kubernetes.JSONPatchFunctions.escapeKey(string): string', (_: unknown, key: string) =>
      key.replaceAll('~', '~0').replaceAll('/', '~1'),
    );
}
