/** Nodes that other programs registered, and that are long gone. */
import assert from 'node:assert/strict';
import { rmSync } from 'node:fs';
import { test } from 'node:test';
import { requestApi } from './api-request.ts';
import { newDirectory, TestCluster } from './cluster-process.ts';

test('a cluster starts again although a node of somebody else’s is not ready', async () => {
  const directory = newDirectory();
  try {
    const first = await TestCluster.start(['--nodes', 'simulated:1'], directory);
    const node = { apiVersion: 'v1', kind: 'Node', metadata: { name: 'foreign' } };
    const { status } = await requestApi(first.kubeconfig, 'POST', '/api/v1/nodes', { body: node });
    await first.stop();
    await using second = await TestCluster.start(['--nodes', 'simulated:1'], directory);
    const found = await requestApi(second.kubeconfig, 'GET', '/api/v1/nodes/foreign');
    assert.deepEqual([status, found.status], [201, 200]);
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
});
