/** What the benchmarks of the API write, as clients post it. */

export const podsPath = '/api/v1/namespaces/default/pods';
/** A namespace where nothing is but what a benchmark has put there. */
export const crowdPath = '/api/v1/namespaces/crowd';
export const configMapsPath = '/api/v1/namespaces/default/configmaps';

/** A pod of about 3 KB, bound to a node that is not there, so that nobody touches it. */
export function podText(name: string): string {
  return JSON.stringify({
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name, labels: { app: 'bench', tier: 'web' }, annotations: { note: 'x'.repeat(1200) } },
    spec: {
      nodeName: 'somewhere',
      automountServiceAccountToken: false,
      containers: [
        {
          name: 'main',
          image: 'registry.example/app:1.2.3',
          env: Array.from({ length: 12 }, (_, i) => ({ name: `VARIABLE_${i}`, value: 'value '.repeat(6) })),
          resources: { requests: { cpu: '100m', memory: '128Mi' }, limits: { memory: '256Mi' } },
        },
      ],
    },
  });
}

/** A ConfigMap of about 2.5 KB. */
export function configMapText(name: string): string {
  return JSON.stringify({
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: { name },
    data: { text: 'x'.repeat(2500) },
  });
}

/** An object with nothing but a name. */
export function namedText(kind: string, name: string): string {
  return JSON.stringify({ apiVersion: 'v1', kind, metadata: { name } });
}
