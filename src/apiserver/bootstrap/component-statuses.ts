import { type ComponentStatus, componentStatuses } from '../../api/generated/index.ts';
import { type KubeObject, statusError } from '../../machinery/index.ts';
import { registryPrefix, type Store, type StoredObject } from '../../storage/index.ts';
import type { VirtualResource } from '../core-contract.ts';

export interface ComponentHealth {
  readonly name: string;
  readonly isHealthy: boolean;
  /** What the component says: `ok`, or what is wrong. */
  readonly message: string;
}

/** Asks the components that are beside the API server; absent ones are not shown. */
export type ComponentCheck = () => Promise<readonly ComponentHealth[]> | readonly ComponentHealth[];

/** The old view of components (`kubectl get componentstatuses`): asked anew for each request, the store among them. */
export function createComponentStatuses(store: Store<StoredObject>, check: ComponentCheck = () => []): VirtualResource {
  return async request => {
    const components = [...(await check()), await checkStore(store)].sort((a, b) => (a.name < b.name ? -1 : 1));
    if (request.verb === 'list') return listOf(components.map(statusOf));
    const found = components.find(component => component.name === request.name);
    if (found === undefined) throw statusError.notFound(componentStatuses, request.name ?? '');
    return statusOf(found);
  };
}

async function checkStore(store: Store<StoredObject>): Promise<ComponentHealth> {
  try {
    await store.range({ start: registryPrefix, countOnly: true });
    return { name: 'etcd-0', isHealthy: true, message: 'ok' };
  } catch (error) {
    return { name: 'etcd-0', isHealthy: false, message: error instanceof Error ? error.message : String(error) };
  }
}

function statusOf({ name, isHealthy, message }: ComponentHealth): ComponentStatus {
  return {
    apiVersion: 'v1',
    kind: 'ComponentStatus',
    metadata: { name },
    conditions: [
      { type: 'Healthy', status: isHealthy ? 'True' : 'False', ...(isHealthy ? { message } : { error: message }) },
    ],
  } as ComponentStatus;
}

function listOf(items: readonly ComponentStatus[]): KubeObject {
  return { apiVersion: 'v1', kind: 'ComponentStatusList', metadata: {}, items } as KubeObject;
}
