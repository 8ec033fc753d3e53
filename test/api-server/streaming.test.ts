import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { createHash, randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { createServer } from 'node:net';
import { after, before, describe, test } from 'node:test';
import { pods, serviceAccounts } from '../../src/api/generated/index.ts';
import { findKubectls, runKubectl, startKubectl } from './kubectl.ts';
import { createProcessConnections } from './process-connections.ts';
import { type RunningApiServer, startApiServer } from './start-api-server.ts';

let running: RunningApiServer;
const sizes: string[] = [];
// The oldest and the newest: SPDY, and WebSockets.
const versioned = findKubectls().filter(kubectl => kubectl.version !== '');
const kubectls = versioned.length > 0 ? versioned : findKubectls();
const chosen = [...new Set([kubectls[0], kubectls.at(-1)])].filter(kubectl => kubectl !== undefined);

before(async () => {
  running = await startApiServer({ nodes: createProcessConnections(sizes) });
  const container = (name: string) => ({ name, image: 'x' });
  const states = ['main', 'other'].map(name => ({
    name,
    image: 'x',
    imageID: 'x',
    ready: true,
    restartCount: 0,
    state: { running: {} },
  }));
  const client = running.client;
  const account = { apiVersion: 'v1', kind: 'ServiceAccount', metadata: { name: 'default', namespace: 'default' } };
  await client.create(serviceAccounts, account);
  await client.create(pods, {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name: 'p', namespace: 'default' },
    spec: { nodeName: 'n', containers: [container('main'), container('other')], automountServiceAccountToken: false },
  } as never);
  const pod = await client.get(pods, { name: 'p', namespace: 'default' });
  const status = { phase: 'Running', containerStatuses: states };
  await client.updateStatus(pods, { ...pod, status } as never);
});
after(() => running[Symbol.asyncDispose]());

for (const kubectl of chosen) {
  describe(`with kubectl ${kubectl.version}`, () => {
    const run = (args: readonly string[], input?: Buffer) => runKubectl(kubectl, running.kubeconfig, args, input);

    test('runs a command and tells outputs and exit code apart', async () => {
      const { stdout, stderr, code } = await run([
        'exec',
        'p',
        '-c',
        'main',
        '--',
        'sh',
        '-c',
        'echo out; echo err >&2; exit 3',
      ]);
      assert.equal(stdout.toString(), 'out\n');
      assert.match(stderr, /^err\n/);
      assert.match(stderr, /command terminated with exit code 3/);
      assert.equal(code, 3);
    });

    test('carries input to its end, and much of it both ways', async () => {
      const input = randomBytes(8 * 1024 * 1024);
      const { stdout, code, stderr } = await run(['exec', '-i', 'p', '-c', 'main', '--', 'cat'], input);
      assert.equal(code, 0, stderr);
      assert.equal(createHash('sha256').update(stdout).digest('hex'), createHash('sha256').update(input).digest('hex'));
    });

    test('tells a terminal its size', { skip: !existsSync('/usr/bin/script') }, async () => {
      sizes.length = 0;
      const command = `stty rows 33 cols 101; ${kubectl.path} --kubeconfig ${running.kubeconfig} exec -it p -c main -- sleep 0.5`;
      await new Promise(resolve => spawn('/usr/bin/script', ['-qec', command, '/dev/null']).on('close', resolve));
      assert.ok(sizes.includes('101x33'), sizes.join());
    });

    test('attaches to what runs', async () => {
      const { stdout, code } = await run(['attach', '-i', 'p', '-c', 'main'], Buffer.from('hello\n'));
      assert.match(stdout.toString(), /hello/);
      assert.equal(code, 0);
    });

    test('says what is wrong with the container, and that a command could not be started', async () => {
      const unknown = await run(['exec', 'p', '-c', 'none', '--', 'true']);
      assert.match(unknown.stderr, /container none is not valid for pod p|container not found/);
      const missing = await run(['exec', 'p', '-c', 'main', '--', '/does/not/exist']);
      assert.match(missing.stderr, /ENOENT/);
      assert.notEqual(missing.code, 0);
    });

    test('forwards a port, for several connections, and tells of a closed one', async () => {
      const server = createServer(socket => socket.pipe(socket));
      await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));
      const port = (server.address() as { port: number }).port;
      const forward = startKubectl(kubectl, running.kubeconfig, ['port-forward', 'p', `:${port}`]);
      try {
        const local = Number(/127\.0\.0\.1:(\d+) ->/.exec(await forward.waitFor(/Forwarding from 127.*/))?.[1]);
        const payload = randomBytes(300_000);
        for (let i = 0; i < 3; i++) assert.ok((await exchange(local, payload)).equals(payload));
        server.close();
        assert.equal((await exchange(local, payload)).length, 0);
        await forward.waitFor(/ECONNREFUSED/);
      } finally {
        await forward.stop();
        server.close();
      }
    });

    test('follows a log', async () => {
      const { stdout } = await run(['logs', '-f', 'p', '-c', 'main']);
      assert.equal(stdout.toString(), 'line 1\nline 2\nline 3\n');
      assert.equal((await run(['logs', '--tail=2', 'p', '-c', 'main'])).stdout.toString(), '1\n2\n');
      const unnamed = await run(['exec', 'p', '-c', '', '--', 'true']);
      assert.equal(unnamed.code, 0, unnamed.stderr);
    });
  });
}

function exchange(port: number, payload: Buffer): Promise<Buffer> {
  return new Promise(resolve => {
    import('node:net').then(({ connect }) => {
      const socket = connect({ host: '127.0.0.1', port });
      const chunks: Buffer[] = [];
      socket.on('data', chunk => chunks.push(Buffer.from(chunk)));
      socket.on('error', () => {});
      socket.on('close', () => resolve(Buffer.concat(chunks)));
      socket.end(payload);
    });
  });
}
