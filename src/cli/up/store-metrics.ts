import { statSync } from 'node:fs';
import { join } from 'node:path';
import { Exposition } from '../../machinery/metrics/index.ts';

/** Kubernetes: `apiserver_storage_size_bytes`, of the database file and its log. */
export function formatStoreMetrics(directory: string): string {
  const size = ['sampan.db', 'sampan.db-wal'].reduce(
    (sum, name) => sum + (statSync(join(directory, name), { throwIfNoEntry: false })?.size ?? 0),
    0,
  );
  const out = new Exposition();
  const help = 'Size of the storage database file physically allocated in bytes.';
  out.gauge('apiserver_storage_size_bytes', 'STABLE', help, [['storage_cluster_id="etcd-0"', size]]);
  return out.format();
}
