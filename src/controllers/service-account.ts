import { type Namespace, namespaces, serviceAccounts } from '../api/generated/index.ts';
import type { Controller, Step } from '../client/index.ts';

/** Gives every namespace its ServiceAccount `default`. */
export const serviceAccountController: Controller<Namespace> = {
  name: 'service-account-controller',
  primary: namespaces,
  secondaries: [{ type: serviceAccounts, keysOf: account => [account.metadata.namespace ?? ''] }],
  reconcile(namespace, { view, key }) {
    if (namespace === undefined || namespace.status?.phase === 'Terminating') return [];
    if (namespace.metadata.deletionTimestamp !== undefined) return [];
    if (view.get(serviceAccounts, key, 'default') !== undefined) return [];
    const step: Step = {
      do: 'create',
      type: serviceAccounts,
      ifAbsent: true,
      object: { apiVersion: 'v1', kind: 'ServiceAccount', metadata: { name: 'default', namespace: key } },
    };
    return [step];
  },
};
