/** Sampan's API server as it is in a cluster: SQLite on disk, HTTPS, RBAC; no nodes, no controllers. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { serviceAccounts } from '../../src/api/generated/index.ts';
import { ControlPlane } from '../../src/cluster/index.ts';
import { createTokenSettings, FrontDoor } from '../../src/drivers/front-door/index.ts';
import { createNodeWorld } from '../../src/drivers/index.ts';
import { useServerHeap } from '../../src/drivers/server-heap.ts';
import { openSqliteStore } from '../../src/drivers/sqlite/index.ts';
import { ensureClusterPki } from '../../src/drivers/tls/index.ts';
import { createObjectCodec, type StoredObject } from '../../src/storage/index.ts';
import { serveMeasurements } from './measured-server.ts';

useServerHeap();
const directory = mkdtempSync(join(tmpdir(), 'sampan-bench-'));
const world = createNodeWorld();
const pki = ensureClusterPki({ directory, nowMs: world.clock.now() });
const tokens = createTokenSettings(pki);
const store = await openSqliteStore<StoredObject>({ directory, clock: world.clock, codec: createObjectCodec() });
const plane = await ControlPlane.start({
  world,
  store,
  tokens,
  certificateAuthority: pki.authority.certificate,
  without: ['controllers', 'scheduler'],
});
// Without controllers nobody else would give the namespace the account that its pods need.
await plane.client().create(serviceAccounts, {
  apiVersion: 'v1',
  kind: 'ServiceAccount',
  metadata: { name: 'default', namespace: 'default' },
});
const door = new FrontDoor({ world, plane, pki, tokens, sampanVersion: 'bench' }, '127.0.0.1');
const { port } = await door.listen('127.0.0.1', 0);
const { certificate: cert, privateKey: key } = pki.admin;
serveMeasurements({ port, ca: pki.authority.certificate, cert, key }, async () => {
  await door.close();
  plane.stop();
  await store.close();
  rmSync(directory, { recursive: true });
});
