import { compareText } from '../../machinery/index.ts';
import type { RemoteGroupVersion } from '../aggregation/index.ts';
import { priorityOf } from '../bootstrap/group-priorities.ts';
import type { ResourceRegistry, ServedResource } from '../core-contract.ts';
import { compareVersions } from './version-order.ts';

/** Groups and versions that other servers serve. */
export interface RemoteGroups {
  /** Grows with each change of the list. */
  readonly generation: number;
  list(): Iterable<RemoteGroupVersion>;
}

export interface DiscoveryGroup {
  readonly name: string;
  /** The preferred one first. */
  readonly versions: readonly DiscoveryVersion[];
}

/** Resources by name. */
export interface DiscoveryVersion {
  readonly version: string;
  readonly priority: number;
  readonly resources: readonly ServedResource[];
  /** Present where another server serves this version. */
  readonly remote?: RemoteGroupVersion | undefined;
}

interface Collected {
  priority: number;
  readonly versions: Map<string, { priority: number; resources: ServedResource[]; remote?: RemoteGroupVersion }>;
}

/** Kubernetes: groups by their APIServices' priority, the registration of APIServices before all others. */
const firstGroup = 'apiregistration.k8s.io';

/** What is served by whomever, in the order in which clients are to prefer it. */
export function collectGroups(
  registry: ResourceRegistry,
  remotes: RemoteGroups | undefined,
): readonly DiscoveryGroup[] {
  const groups = new Map<string, Collected>();
  for (const resource of registry.list()) {
    const { group, version: name } = resource.version.type;
    const priority = priorityOf(group, name);
    versionOf(groups, group, name, priority).resources.push(resource);
  }
  for (const remote of remotes?.list() ?? []) {
    const { group, version, groupPriority, versionPriority } = remote.api;
    const entry = versionOf(groups, group, version, { group: groupPriority, version: versionPriority });
    entry.remote = remote;
    entry.priority = versionPriority;
  }
  return [...groups].sort(compareGroups).map(([name, { versions }]) => ({ name, versions: sortVersions(versions) }));
}

function versionOf(
  groups: Map<string, Collected>,
  group: string,
  version: string,
  priority: { readonly group: number; readonly version: number },
): { priority: number; resources: ServedResource[]; remote?: RemoteGroupVersion } {
  const known = groups.get(group) ?? { priority: 0, versions: new Map() };
  groups.set(group, known);
  known.priority = Math.max(known.priority, priority.group);
  const entry = known.versions.get(version) ?? { priority: priority.version, resources: [] };
  known.versions.set(version, entry);
  return entry;
}

function compareGroups([a, left]: [string, Collected], [b, right]: [string, Collected]): number {
  if (a === firstGroup || b === firstGroup) return a === b ? 0 : a === firstGroup ? -1 : 1;
  return right.priority - left.priority || compareText(a, b);
}

function sortVersions(versions: Collected['versions']): readonly DiscoveryVersion[] {
  return [...versions]
    .map(([version, { priority, resources, remote }]) => ({
      version,
      priority,
      resources: resources.sort((a, b) => compareText(a.version.type.resource, b.version.type.resource)),
      remote,
    }))
    .sort((a, b) => b.priority - a.priority || compareVersions(a.version, b.version));
}
