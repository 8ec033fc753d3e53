import type { Store, StoredObject } from '../../storage/index.ts';
import type { World } from '../../world/index.ts';
import type { HealthCheck } from '../health-check.ts';

/**
 * Kubernetes: what a server does before it serves. Here a server is there only once all of it is done, so each is well by
 * being there.
 */
const startHooks: readonly string[] = [
  'start-apiserver-admission-initializer',
  'generic-apiserver-start-informers',
  'priority-and-fairness-config-consumer',
  'priority-and-fairness-filter',
  'start-apiextensions-informers',
  'start-apiextensions-controllers',
  'crd-informer-synced',
  'start-system-namespaces-controller',
  'start-cluster-authentication-info-controller',
  'storage-readiness',
  'start-legacy-token-tracking-controller',
  'start-service-ip-repair-controllers',
  'rbac/bootstrap-roles',
  'scheduling/bootstrap-system-priority-classes',
  'priority-and-fairness-config-producer',
  'bootstrap-controller',
  'start-kubernetes-service-cidr-controller',
  'start-kube-aggregator-informers',
  'apiservice-status-local-available-controller',
  'apiservice-status-remote-available-controller',
  'apiservice-registration-controller',
  'apiservice-discovery-controller',
  'kube-apiserver-autoregistration',
];

const isWell = (): undefined => undefined;

/** The checks of a server that has started, in upstream's order and by upstream's names. */
export function createHealthChecks(store: Store<StoredObject>, world: World): readonly HealthCheck[] {
  const storeCheck = createStoreCheck(store, world);
  return [
    { name: 'log', check: isWell },
    { name: 'etcd', check: storeCheck },
    { name: 'etcd-readiness', concernsLife: false, check: storeCheck },
    { name: 'informer-sync', concernsLife: false, check: isWell },
    ...startHooks.map(name => ({ name: `poststarthook/${name}`, check: isWell })),
    { name: 'autoregister-completion', check: isWell },
    { name: 'poststarthook/apiservice-openapi-controller', check: isWell },
    { name: 'poststarthook/apiservice-openapiv3-controller', check: isWell },
  ];
}

const probeTtlMs = 1000;

/**
 * Whether the store can write. A disk that was full is tried again by a small write whenever somebody asks, because
 * nobody else may write until it is known to be well.
 */
function createStoreCheck(store: Store<StoredObject>, { tasks }: World): () => string | undefined {
  let isProbing = false;
  const probe = async (): Promise<void> => {
    isProbing = true;
    try {
      await store.grantLease(probeTtlMs);
    } catch {
      // It is still as it was, and the store says so itself.
    } finally {
      isProbing = false;
    }
  };
  return () => {
    const { problem } = store;
    if (problem !== undefined && !isProbing) tasks.spawn('store health', probe);
    return problem;
  };
}
