import { formatGroupResource } from '../../machinery/index.ts';
import type { ObjectCount } from '../core-contract.ts';
import { Exposition, formatLabels } from '../metrics/index.ts';

/** Kubernetes: what is stored and how it changes, by resource; the older name of the count included. */
export function formatObjectCounts(counts: Iterable<ObjectCount>): string {
  const out = new Exposition();
  const all = [...counts].map(one => ({
    ...one,
    labels: formatLabels({ group: one.group, resource: one.resource }),
    bytes: Math.round(one.count * one.averageBytes),
  }));
  const failing = 'In case of a fetching error, the value will be -1.';
  out.gauge(
    'apiserver_resource_objects',
    'ALPHA',
    `Number of stored objects at the time of last check split by kind. ${failing}`,
    all.map(({ labels, count }) => [labels, count]),
  );
  out.gauge(
    'apiserver_resource_size_estimate_bytes',
    'ALPHA',
    `Estimated size of stored objects in database. Estimate is based on sum of last observed sizes of serialized objects. ${failing}`,
    all.map(({ labels, bytes }) => [labels, bytes]),
  );
  out.counter(
    'apiserver_storage_events_received_total',
    'BETA',
    'Number of etcd events received split by kind.',
    all.map(({ labels, changes }) => [labels, changes]),
  );
  out.gauge(
    'apiserver_storage_objects',
    'STABLE',
    `(Deprecated since 1.34.0) [DEPRECATED, consider using apiserver_resource_objects instead] Number of stored objects at the time of last check split by kind. ${failing}`,
    all.map(one => [formatLabels({ resource: formatGroupResource(one) }), one.count]),
  );
  out.counter(
    'apiserver_watch_cache_events_received_total',
    'ALPHA',
    'Counter of events received in watch cache broken by resource type.',
    all.map(({ labels, changes }) => [labels, changes]),
  );
  return out.format();
}
