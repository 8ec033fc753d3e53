import type { KubeObject } from './object.ts';

/**
 * One served resource in one version: what discovery says of it, and the key by which clients name it.
 * `T` is the type of its objects, so that `client.get(pods, …)` returns a Pod.
 */
export interface ResourceType<T extends KubeObject = KubeObject> {
  /** `''` for the core group. */
  readonly group: string;
  readonly version: string;
  /** The plural that stands in paths: `pods`. */
  readonly resource: string;
  readonly singular: string;
  readonly kind: string;
  readonly namespaced: boolean;
  readonly shortNames: readonly string[];
  readonly categories: readonly string[];
  /** Never set; carries `T`. */
  readonly object?: T;
}

/** `apps/v1`, or `v1` for the core group. */
export function formatGroupVersion(type: { readonly group: string; readonly version: string }): string {
  return type.group === '' ? type.version : `${type.group}/${type.version}`;
}

/** Splits an `apiVersion`. */
export function parseGroupVersion(apiVersion: string): { group: string; version: string } {
  const slash = apiVersion.indexOf('/');
  return slash < 0
    ? { group: '', version: apiVersion }
    : { group: apiVersion.slice(0, slash), version: apiVersion.slice(slash + 1) };
}

/** `deployments.apps`, or `pods` for the core group: how error messages and RBAC name a resource. */
export function formatGroupResource(type: { readonly group: string; readonly resource: string }): string {
  return type.group === '' ? type.resource : `${type.resource}.${type.group}`;
}
