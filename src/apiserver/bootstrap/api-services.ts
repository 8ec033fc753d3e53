import { type APIService, apiServices } from '../../api/generated/index.ts';
import type { Client } from '../../client/index.ts';
import { isSemanticallyEqual, StatusError } from '../../machinery/index.ts';
import type { ServerContext } from '../server-context.ts';
import { priorityOf } from './group-priorities.ts';

const managedLabel = 'kube-aggregator.kubernetes.io/automanaged';

interface GroupVersion {
  readonly group: string;
  readonly version: string;
  readonly isBuiltIn: boolean;
}

/**
 * Brings the APIServices to what is served: one for each group and version, all of them local. There are no others,
 * because nothing is aggregated yet. Kubernetes: the autoregister and CRD registration controllers.
 */
export async function publishApiServices(server: ServerContext, client: Client): Promise<void> {
  const wanted = new Map(servedGroupVersions(server).map(served => [nameOf(served), served]));
  // All at once, so that they share commits to disk.
  await Promise.all([...wanted].map(([name, served]) => publish(server, client, name, served)));
  for (const present of server.endpoints.get(apiServices).cache.select({})) {
    const { name, labels } = present.object.metadata;
    if (wanted.has(name!) || labels?.[managedLabel] === undefined) continue;
    await ignoring('NotFound', () => client.delete(apiServices, { name: name! }));
  }
}

function servedGroupVersions(server: ServerContext): readonly GroupVersion[] {
  const found = new Map<string, GroupVersion>();
  for (const { version, crd } of server.endpoints.served) {
    const served = { group: version.type.group, version: version.type.version, isBuiltIn: crd === undefined };
    const name = nameOf(served);
    if (!found.has(name)) found.set(name, served);
  }
  return [...found.values()];
}

function nameOf({ group, version }: Pick<GroupVersion, 'group' | 'version'>): string {
  return `${version}.${group}`;
}

async function publish(server: ServerContext, client: Client, name: string, served: GroupVersion): Promise<void> {
  const wanted = describe(name, served);
  const stored = server.endpoints.get(apiServices).find('', name);
  if (stored === undefined) await ignoring('AlreadyExists', () => client.create(apiServices, wanted));
  const present = server.endpoints.get(apiServices).find('', name)?.object as unknown as APIService | undefined;
  if (present === undefined) return;
  if (!isSemanticallyEqual(present.spec, wanted.spec)) {
    await ignoring('Conflict', () => client.update(apiServices, { ...present, spec: wanted.spec }));
  }
}

function describe(name: string, served: GroupVersion): APIService {
  const { group, version, isBuiltIn } = served;
  const priority = priorityOf(group, version);
  return {
    apiVersion: 'apiregistration.k8s.io/v1',
    kind: 'APIService',
    metadata: { name, labels: { [managedLabel]: isBuiltIn ? 'onstart' : 'true' } },
    spec: {
      ...(group === '' ? {} : { group }),
      version,
      groupPriorityMinimum: priority.group,
      versionPriority: priority.version,
    },
  };
}

async function ignoring(
  reason: 'NotFound' | 'AlreadyExists' | 'Conflict',
  work: () => Promise<unknown>,
): Promise<void> {
  try {
    await work();
  } catch (error) {
    if (!StatusError.is(error, reason)) throw error;
  }
}
