/** Programs written with client-go v0.36: what they call, their informers over restarts of the server, their elections. */
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { readKubeconfig } from '../../../src/drivers/tls/index.ts';
import { requestApi } from '../../end-to-end/api-request.ts';
import { newDirectory, removeDirectory, TestCluster } from '../../end-to-end/cluster-process.ts';
import { eventually } from '../../end-to-end/run-kubectl.ts';
import { buildOwnProgram } from '../build-go.ts';
import { LineProcess } from '../line-process.ts';

const protobuf = 'application/vnd.kubernetes.protobuf';
const nothingElse = ['--without', 'scheduler,controllers'];

describe('client-go v0.36', { concurrency: false }, () => {
  const directory = newDirectory();
  let cluster: TestCluster;
  let program: string;
  let port: string;

  before(async () => {
    program = await buildOwnProgram('client');
    cluster = await TestCluster.start(nothingElse, directory, 'server');
    port = new URL((await readKubeconfig(cluster.kubeconfig)).server).port;
  });
  after(async () => {
    await cluster[Symbol.asyncDispose]();
    await removeDirectory(directory);
  });

  const send = async (method: string, path: string, body?: object) => {
    const answer = await requestApi(cluster.kubeconfig, method, path, body === undefined ? {} : { body });
    assert.ok(answer.status < 300, `${method} ${path}: ${answer.text}`);
    return answer.body;
  };
  const createNamespace = async (name: string): Promise<void> => {
    await send('POST', '/api/v1/namespaces', { metadata: { name } });
    await send('POST', `/api/v1/namespaces/${name}/serviceaccounts`, { metadata: { name: 'default' } });
  };
  /** As a machine that loses its power and gets it back. */
  const restart = async (): Promise<void> => {
    await cluster.kill();
    cluster = await TestCluster.start([...nothingElse, '--port', port], directory, 'server');
  };
  const start = (args: readonly string[], env: NodeJS.ProcessEnv = {}): LineProcess =>
    new LineProcess(program, args, { KUBECONFIG: cluster.kubeconfig, ...env });

  for (const [name, contentType] of [
    ['JSON', ''],
    ['protobuf', protobuf],
  ] as const) {
    test(`makes calls of every sort in ${name}`, async context => {
      const namespace = `calls-${name.toLowerCase()}`;
      await createNamespace(namespace);
      await using calls = start(['calls', namespace], { CLIENT_CONTENT_TYPE: contentType });
      assert.equal(await calls.ended, 0, calls.complaints);
      assert.ok(calls.lines.length >= 18, calls.complaints);
      for (const line of calls.lines) {
        await context.test(line.replace(/^ok /, ''), () => assert.match(line, /^ok /));
      }
      assert.equal(calls.complaints, '');
    });
  }

  for (const [name, env] of [
    ['watch lists, which are its default', { KUBE_FEATURE_WatchListClient: 'true' }],
    ['lists and watches', { KUBE_FEATURE_WatchListClient: 'false' }],
    ['protobuf', { CLIENT_CONTENT_TYPE: protobuf }],
  ] as const) {
    test(`an informer by ${name} misses nothing while the server is killed and started again`, async () => {
      const namespace = `informed-${name.split(' ')[0]}`;
      const path = `/api/v1/namespaces/${namespace}/configmaps`;
      await createNamespace(namespace);
      const put = (configMap: string, value: string) =>
        send('PUT', `${path}/${configMap}`, { metadata: { name: configMap }, data: { value } });
      const create = (configMap: string) => send('POST', path, { metadata: { name: configMap }, data: { value: '0' } });
      await create('old');
      await create('doomed');
      await using informer = start(['informer', namespace], env);
      await informer.until('it knows all', lines => lines.length === 3 && lines.includes('synced'));
      await put('old', '1');
      await informer.until('the update', lines => lines.includes('update old 1'));
      for (let round = 0; round < 3; round++) {
        await restart();
        // Before the informer is back, for it waits a second or more between attempts.
        await create(`new-${round}`);
        await put('old', `restarted-${round}`);
        if (round === 0) await send('DELETE', `${path}/doomed`);
        await informer.until(
          `round ${round}`,
          lines => lines.includes(`add new-${round} 0`) && lines.includes(`update old restarted-${round}`),
        );
      }
      await put('new-1', 'last');
      await informer.until('it still watches', lines => lines.includes('update new-1 last'));
      assert.deepEqual(informer.lines.filter(line => line !== 'synced').sort(), [
        'add doomed 0',
        ...[0, 1, 2].map(round => `add new-${round} 0`),
        'add old 0',
        'delete doomed',
        'update new-1 last',
        'update old 1',
        ...[0, 1, 2].map(round => `update old restarted-${round}`),
      ]);
    });
  }

  test('a leader election has one winner, and another when that one is gone', async () => {
    await createNamespace('election');
    const candidates = [start(['elect', 'election', 'ann', '3']), start(['elect', 'election', 'bob', '3'])];
    try {
      const leaders = () => candidates.filter(({ lines }) => lines.some(line => line.startsWith('leads')));
      await candidates[0]!.until('a leader is known', lines => lines.some(line => line.startsWith('leader')));
      await candidates[1]!.until('a leader is known', lines => lines.some(line => line.startsWith('leader')));
      assert.equal(leaders().length, 1);
      const [winner] = leaders();
      const other = candidates.find(candidate => candidate !== winner)!;
      winner!.signal('SIGKILL');
      await winner!.ended;
      await other.until('the other leads', lines => lines.some(line => line.startsWith('leads')), 30_000);
    } finally {
      for (const candidate of candidates) await candidate[Symbol.asyncDispose]();
    }
  });

  test('a leader keeps its office while the server restarts', async () => {
    await createNamespace('office');
    await using leader = start(['elect', 'office', 'ann', '15']);
    await leader.until('it leads', lines => lines.includes('leads ann'));
    await restart();
    const path = '/apis/coordination.k8s.io/v1/namespaces/office/leases/captain';
    const renewed = async (): Promise<string> => (await send('GET', path)).spec.renewTime;
    const before = await renewed();
    await eventually('it renews its Lease', renewed, time => time !== before);
    assert.ok(!leader.lines.includes('stopped ann'), leader.lines.join('\n'));
  });
});
