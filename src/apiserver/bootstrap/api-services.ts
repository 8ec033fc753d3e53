import { type APIService, apiServices } from '../../api/generated/index.ts';
import { type Client, tolerate } from '../../client/index.ts';
import { isSemanticallyEqual, type KubeObject } from '../../machinery/index.ts';
import type { ServerContext } from '../server-context.ts';
import { priorityOf } from './group-priorities.ts';

const managedLabel = 'kube-aggregator.kubernetes.io/automanaged';

interface GroupVersion {
  readonly group: string;
  readonly version: string;
  readonly isBuiltIn: boolean;
}

/**
 * Brings the APIServices of what this server serves itself to what it serves: one for each group and version. Those of
 * built-in groups are looked after when the server starts and left alone afterwards, those of CRDs always; whatever has
 * lost the label is somebody's own. Kubernetes: the autoregister and CRD registration controllers.
 */
export async function publishApiServices(server: ServerContext, client: Client, isStarting: boolean): Promise<void> {
  const wanted = new Map(servedGroupVersions(server).map(served => [nameOf(served), served]));
  // All at once, so that they share commits to disk.
  await Promise.all([...wanted].map(([name, served]) => publish(server, client, { name, served, isStarting })));
  for (const present of server.endpoints.get(apiServices).cache.select({})) {
    const name = present.object.metadata.name!;
    if (wanted.has(name) || !isLookedAfter(present.object, isStarting)) continue;
    await tolerate('NotFound', () => client.delete(apiServices, { name }));
  }
}

/** Whether an APIService is the server's to change now. */
function isLookedAfter({ metadata }: KubeObject, isStarting: boolean): boolean {
  const label = metadata.labels?.[managedLabel];
  return label === 'true' || (label === 'onstart' && isStarting);
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

interface Publishing {
  readonly name: string;
  readonly served: GroupVersion;
  readonly isStarting: boolean;
}

async function publish(server: ServerContext, client: Client, publishing: Publishing): Promise<void> {
  const { name, served, isStarting } = publishing;
  const wanted = describe(name, served);
  const find = (): APIService | undefined =>
    server.endpoints.get(apiServices).find('', name)?.object as unknown as APIService | undefined;
  if (find() === undefined && isLookedAfter(wanted, isStarting)) {
    await tolerate('AlreadyExists', () => client.create(apiServices, wanted));
  }
  const present = find();
  if (present === undefined || !isLookedAfter(present, isStarting)) return;
  if (!isSemanticallyEqual(present.spec, wanted.spec)) {
    await tolerate('Conflict', () => client.update(apiServices, { ...present, spec: wanted.spec }));
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
