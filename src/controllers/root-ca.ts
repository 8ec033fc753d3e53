import { type ConfigMap, configMaps, type Namespace, namespaces } from '../api/generated/index.ts';
import type { Controller } from '../client/index.ts';

const name = 'kube-root-ca.crt';

/** Publishes the cluster's certificate authority (PEM) to every namespace, where pods find it beside their token. */
export function rootCaController(authority: string): Controller<Namespace> {
  return {
    name: 'root-ca-cert-publisher',
    primary: namespaces,
    secondaries: [
      { type: configMaps, keysOf: map => (map.metadata.name === name ? [map.metadata.namespace ?? ''] : []) },
    ],
    reconcile(namespace, { view, key }) {
      if (namespace === undefined || namespace.metadata.deletionTimestamp !== undefined) return [];
      const current = view.get(configMaps, key, name);
      if (current?.data?.['ca.crt'] === authority && Object.keys(current.data).length === 1) return [];
      const wanted: ConfigMap = {
        apiVersion: 'v1',
        kind: 'ConfigMap',
        metadata: {
          name,
          namespace: key,
          annotations: {
            'kubernetes.io/description':
              'Contains a CA bundle that can be used to verify the kube-apiserver when using internal endpoints such as the internal service IP or kubernetes.default.svc. No other usage is guaranteed across distributions of Kubernetes clusters.',
          },
        },
        data: { 'ca.crt': authority },
      };
      if (current === undefined) return [{ do: 'create', type: configMaps, object: wanted, ifAbsent: true }];
      return [{ do: 'update', type: configMaps, object: { ...current, data: wanted.data } as ConfigMap }];
    },
  };
}
