/** `sampan server`: a control plane alone, whole or with parts left to other programs. */
import assert from 'node:assert/strict';
import { existsSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { requestApi } from './api-request.ts';
import { newDirectory, runSampan, TestCluster } from './cluster-process.ts';
import { eventually } from './run-kubectl.ts';

const defaultAccount = '/api/v1/namespaces/default/serviceaccounts/default';
const pods = '/api/v1/namespaces/default/pods';

const deployment = {
  metadata: { name: 'web' },
  spec: {
    replicas: 2,
    selector: { matchLabels: { app: 'web' } },
    template: { metadata: { labels: { app: 'web' } }, spec: { containers: [{ name: 'web', image: 'web:1' }] } },
  },
};

describe('sampan server', () => {
  test('runs controllers and scheduler, and has no nodes', async () => {
    await using cluster = await TestCluster.start([], undefined, 'server');
    const { kubeconfig } = cluster;
    assert.match((await runSampan(['status', '--data-dir', cluster.directory])).stdout, /nodes +0 of 0 ready/);
    const created = await requestApi(kubeconfig, 'POST', '/apis/apps/v1/namespaces/default/deployments', {
      body: deployment,
    });
    assert.equal(created.status, 201);
    const list = await eventually(
      'two pods that no node takes',
      async () => (await requestApi(kubeconfig, 'GET', pods)).body.items as { status: PodStatus }[],
      items => items.length === 2 && items.every(({ status }) => status.conditions !== undefined),
    );
    assert.equal(list[0]!.status.conditions?.[0]?.message, 'no nodes available to schedule pods');
    for (const name of ['scheduler.kubeconfig', 'controller-manager.kubeconfig'])
      assert.equal(existsSync(join(cluster.directory, name)), false, name);
  });

  test('leaves out what other programs do, and tells them who they are', async () => {
    const directory = newDirectory();
    const cluster = await TestCluster.start(['--without', 'scheduler,controllers'], directory, 'server');
    for (const [name, user] of [
      ['scheduler.kubeconfig', 'system:kube-scheduler'],
      ['controller-manager.kubeconfig', 'system:kube-controller-manager'],
    ] as const) {
      const file = join(directory, name);
      assert.equal(statSync(file).mode & 0o777, 0o600, name);
      const review = await requestApi(file, 'POST', '/apis/authentication.k8s.io/v1/selfsubjectreviews', {
        body: { apiVersion: 'authentication.k8s.io/v1', kind: 'SelfSubjectReview' },
      });
      assert.equal(review.body.status.userInfo.username, user);
    }
    await sleep(500);
    assert.equal((await requestApi(cluster.kubeconfig, 'GET', defaultAccount)).status, 404, 'no controller runs');
    assert.equal((await cluster.stop()).code, 0);

    await using whole = await TestCluster.start(['--without', 'scheduler'], directory, 'server');
    assert.equal((await requestApi(whole.kubeconfig, 'GET', defaultAccount)).status, 200, 'controllers run');
    await whole.stop();
    rmSync(directory, { recursive: true });
  });
});

interface PodStatus {
  readonly conditions?: readonly { readonly message?: string }[];
}
