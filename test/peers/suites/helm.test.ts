/** helm v3, as people run it: a chart with CRDs, hooks and tests, through its whole life. */
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { requestApi } from '../../end-to-end/api-request.ts';
import { TestCluster } from '../../end-to-end/cluster-process.ts';
import { buildPrograms } from '../build-programs.ts';
import { writeChart } from '../helm-chart.ts';

interface HelmOutcome {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

describe('helm v3', { concurrency: false }, () => {
  const home = mkdtempSync(join(tmpdir(), 'sampan-helm-'));
  const chart = writeChart(home);
  let cluster: TestCluster;
  let program: string;

  before(async () => {
    program = (await buildPrograms(['helm'])).helm;
    cluster = await TestCluster.start(['--nodes', 'simulated:2']);
  });
  after(async () => {
    await cluster[Symbol.asyncDispose]();
    rmSync(home, { recursive: true });
  });

  const attempt = (...args: readonly string[]): Promise<HelmOutcome> =>
    new Promise(resolve => {
      const env = { ...process.env, KUBECONFIG: cluster.kubeconfig, HOME: home };
      const all = ['--namespace', 'port', ...args];
      execFile(program, all, { env, timeout: 120_000 }, (error, stdout, stderr) =>
        resolve({ code: error === null ? 0 : Number(error.code ?? -1), stdout, stderr }),
      );
    });
  const helm = async (...args: readonly string[]): Promise<string> => {
    const { code, stdout, stderr } = await attempt(...args);
    assert.equal(code, 0, `helm ${args.join(' ')}\n${stderr}${stdout}`);
    return stdout;
  };
  const get = async (path: string) => requestApi(cluster.kubeconfig, 'GET', path);
  const inPort = (group: string, rest: string) =>
    get(`${group === '' ? '/api/v1' : `/apis/${group}`}/namespaces/port/${rest}`);
  const settings = async () => (await inPort('', 'configmaps/pier-settings')).body.data;

  test('install --dry-run=server shows what would come, and changes nothing', async () => {
    // Without boats: helm does not install CRDs for it.
    const text = await helm('install', 'pier', chart, '--create-namespace', '--dry-run=server', '--set', 'boats=0');
    assert.match(text, /kind: Deployment/);
    assert.equal((await inPort('apps/v1', 'deployments/pier')).status, 404);
  });

  test('install --wait brings the CRDs first, runs the hooks, and waits until all is ready', async () => {
    const text = await helm(
      'install',
      'pier',
      chart,
      '--create-namespace',
      '--wait',
      '--wait-for-jobs',
      '--timeout',
      '60s',
    );
    assert.match(text, /STATUS: deployed\nREVISION: 1/);
    const { status } = (await inPort('apps/v1', 'deployments/pier')).body;
    assert.equal(status.readyReplicas, 2);
    assert.equal((await inPort('harbour.example.com/v1', 'boats/pier-0')).body.spec.length, 7);
    const data = await settings();
    assert.deepEqual([data.minor, data.hasBoats, data.namespace], ['36', 'true', 'default']);
    for (const hook of ['pre-install', 'post-install'])
      assert.equal((await inPort('batch/v1', `jobs/pier-${hook}-1`)).body.status.succeeded, 1, hook);
  });

  test('list, status, get and history tell of the release', async () => {
    const [release] = JSON.parse(await helm('list', '-o', 'json'));
    assert.deepEqual([release.name, release.status, release.chart], ['pier', 'deployed', 'harbour-1.2.3']);
    assert.match(await helm('status', 'pier', '--show-resources'), /==> v1\/Deployment[\s\S]*pier +2\/2/);
    assert.match(await helm('get', 'manifest', 'pier'), /image: harbour:1/);
    assert.match(await helm('get', 'hooks', 'pier'), /helm.sh\/hook: pre-install/);
    assert.match(await helm('get', 'all', 'pier'), /USER-SUPPLIED VALUES/);
    assert.match(await helm('history', 'pier'), /^1 .*deployed/m);
  });

  test('test runs the pods of the chart and tells how they ended', async () => {
    assert.match(await helm('test', 'pier', '--timeout', '60s'), /TEST SUITE: +pier-reach[\s\S]*Phase: +Succeeded/);
  });

  test('upgrade --wait changes what has changed, and takes away what is gone', async () => {
    const set = ['--set', 'image=harbour:2,replicas=3,boats=0'];
    assert.match(await helm('upgrade', 'pier', chart, ...set, '--wait', '--timeout', '60s'), /REVISION: 2/);
    const { spec, status } = (await inPort('apps/v1', 'deployments/pier')).body;
    assert.deepEqual(
      [spec.template.spec.containers[0].image, status.readyReplicas, status.updatedReplicas],
      ['harbour:2', 3, 3],
    );
    assert.equal((await inPort('harbour.example.com/v1', 'boats/pier-0')).status, 404);
    assert.equal((await inPort('batch/v1', 'jobs/pier-pre-upgrade-2')).body.status.succeeded, 1);
    assert.equal((await settings()).revision, '2');
  });

  test('rollback --wait brings the first revision back', async () => {
    await helm('rollback', 'pier', '1', '--wait', '--timeout', '60s');
    const { spec, status } = (await inPort('apps/v1', 'deployments/pier')).body;
    assert.deepEqual(
      [spec.template.spec.containers[0].image, spec.replicas, status.readyReplicas],
      ['harbour:1', 2, 2],
    );
    assert.equal((await inPort('harbour.example.com/v1', 'boats/pier-0')).status, 200);
    assert.match(await helm('history', 'pier'), /^3 .*Rollback to 1/m);
  });

  test('upgrade --atomic that never gets ready is undone', async () => {
    const set = ['--set', 'nodeSelector.nowhere=yes,image=harbour:3'];
    const { code, stderr } = await attempt('upgrade', 'pier', chart, ...set, '--atomic', '--timeout', '5s');
    assert.equal(code, 1);
    assert.match(stderr, /release pier failed, and has been rolled back due to atomic being set/);
    const { spec } = (await inPort('apps/v1', 'deployments/pier')).body;
    assert.equal(spec.template.spec.containers[0].image, 'harbour:1');
    assert.match(await helm('history', 'pier'), /^4 .*failed/m);
  });

  test('a chart that the API refuses fails with what the API says', async () => {
    const { code, stderr } = await attempt('install', 'broken', chart, '--set', 'replicas=-1');
    assert.equal(code, 1);
    assert.match(stderr, /spec\.replicas: Invalid value: -1: must be greater than or equal to 0/);
    await helm('uninstall', 'broken');
  });

  test('upgrade --install installs what is not there, and template and lint agree with the chart', async () => {
    assert.match(await helm('upgrade', '--install', 'quay', chart, '--wait', '--timeout', '60s'), /REVISION: 1/);
    assert.match(await helm('template', 'x', chart, '--validate'), /kind: Boat/);
    assert.match(await helm('lint', chart), /0 chart\(s\) failed/);
    await helm('uninstall', 'quay', '--wait', '--timeout', '60s');
  });

  test('uninstall --wait leaves nothing of the release; the CRDs stay', async () => {
    await helm('uninstall', 'pier', '--wait', '--timeout', '60s');
    for (const [group, rest] of [
      ['apps/v1', 'deployments/pier'],
      ['', 'services/pier'],
      ['', 'configmaps/pier-settings'],
      ['harbour.example.com/v1', 'boats/pier-0'],
    ] as const)
      assert.equal((await inPort(group, rest)).status, 404, rest);
    const secrets = (await inPort('', 'secrets?fieldSelector=type%3Dhelm.sh%2Frelease.v1')).body;
    assert.deepEqual(secrets.items, []);
    const crd = '/apis/apiextensions.k8s.io/v1/customresourcedefinitions/boats.harbour.example.com';
    assert.equal((await get(crd)).status, 200);
  });
});
