/** The command line: what it takes, what it says, and what it says when it cannot. */
import assert from 'node:assert/strict';
import { execFileSync, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, existsSync, mkdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { type AddressInfo, createServer } from 'node:net';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { after, before, describe, test } from 'node:test';
import { requestApi } from './api-request.ts';
import { newDirectory, runSampan, SampanProcess, TestCluster } from './cluster-process.ts';
import { eventually } from './run-kubectl.ts';

const root = join(import.meta.dirname, '../..');
const isRoot = process.getuid?.() === 0;
const simulated = ['--nodes', 'simulated:1'];
const configMaps = '/api/v1/namespaces/default/configmaps';

describe('arguments', () => {
  test('without any, with help and with a version', async () => {
    const bare = await runSampan([]);
    assert.equal(bare.code, 2);
    assert.match(bare.stdout, /usage: sampan COMMAND/);
    assert.equal((await runSampan(['--help'])).code, 0);
    assert.match((await runSampan(['--version'])).stdout, /^sampan \d+\.\d+\.\d+ \(Kubernetes v1\.36\.0\)\n$/);
    for (const command of [['up'], ['server'], ['status'], ['kubeconfig'], ['image', 'import']]) {
      const help = await runSampan([...command, '--help']);
      assert.equal(help.code, 0);
      assert.match(help.stdout, new RegExp(`^usage: sampan ${command.join(' ')}`));
    }
  });

  const wrong: readonly (readonly [args: readonly string[], message: RegExp])[] = [
    [['launch'], /unknown command "launch"/],
    [['up', '--replicas', '3'], /unknown flag --replicas/],
    [['up', 'now'], /unexpected argument "now"/],
    [['up', '--port'], /flag --port needs a value/],
    [['up', '--port', '70000'], /--port wants a number from 0 to 65535, not "70000"/],
    [['up', '--nodes', 'simulated:many'], /--nodes wants real or simulated:N/],
    [['up', '--bind-address', 'localhost'], /--bind-address wants an IP address/],
    [['up', '--pod-cidr', '10.0.0.0'], /--pod-cidr wants an IPv4 range/],
    [['up', '--log-level', 'loud'], /--log-level wants debug, info, warn, error/],
    [['server', '--without', 'scheduler,dns'], /--without wants scheduler, controllers, not "dns"/],
    [['server', '--nodes', 'real'], /unknown flag --nodes/],
    [['image', 'import'], /name the archive/],
    [['status', '--keep-pods'], /unknown flag --keep-pods/],
  ];
  for (const [args, message] of wrong) {
    test(`sampan ${args.join(' ')} is refused, with its usage`, async () => {
      const { code, stderr } = await runSampan(args);
      assert.equal(code, 2);
      assert.match(stderr.split('\n')[0]!, message);
      assert.match(stderr, /\nusage: sampan /);
    });
  }
});

describe('a cluster in a terminal', () => {
  test('says that it is ready, where its kubeconfig is and what to type; Ctrl-C ends it; objects stay', async () => {
    const directory = newDirectory();
    const first = await TestCluster.start(simulated, directory);
    const kubeconfig = join(directory, 'admin.kubeconfig');
    assert.match(
      first.process.stdout,
      new RegExp(
        `^sampan is ready\nkubeconfig: ${kubeconfig}\n\n  export KUBECONFIG=${kubeconfig}\n  kubectl get nodes\n`,
      ),
    );
    assert.equal(first.process.stderr, '', 'quiet');
    await requestApi(kubeconfig, 'POST', configMaps, { body: { metadata: { name: 'kept' }, data: { a: 'b' } } });
    const { code, signal } = await first.stop();
    assert.deepEqual([code, signal], [0, null]);
    const again = await TestCluster.start(simulated, directory);
    assert.equal((await requestApi(kubeconfig, 'GET', `${configMaps}/kept`)).body.data.a, 'b');
    await again.stop();
    rmSync(directory, { recursive: true });
  });

  test('keeps its files to its owner', async () => {
    await using cluster = await TestCluster.start(simulated);
    const isOthers = (path: string): boolean => (statSync(path).mode & 0o077) !== 0;
    for (const name of ['.', 'admin.kubeconfig', 'pki', 'pki/ca.key', 'sampan.db', 'running.json'])
      assert.equal(isOthers(join(cluster.directory, name)), false, name);
  });

  test('is found by the other commands', async () => {
    const cluster = await TestCluster.start(simulated);
    const at = ['--data-dir', cluster.directory];
    assert.equal((await runSampan(['kubeconfig', ...at])).stdout, `${cluster.kubeconfig}\n`);
    const status = await runSampan(['status', ...at]);
    assert.equal(status.code, 0);
    assert.match(status.stdout, new RegExp(`running +process ${cluster.process.pid}, `));
    assert.match(status.stdout, /nodes +1 of 1 ready/);
    assert.match((await runSampan(['status', '--kubeconfig', cluster.kubeconfig])).stdout, /nodes +1 of 1 ready/);
    const image = await runSampan(['image', 'import', join(root, 'package.json'), ...at]);
    assert.equal(image.code, 1);
    assert.match(image.stderr, /simulated.*hold no images/);
    await cluster.kill();
    const gone = await runSampan(['status', ...at]);
    assert.equal(gone.code, 1);
    assert.match(gone.stdout, /^not running/);
    rmSync(cluster.directory, { recursive: true });
  });

  test('logs as text or JSON when asked to', async () => {
    await using cluster = await TestCluster.start([...simulated, '--log-level', 'debug', '--log-format', 'json']);
    for (const line of cluster.process.stderr.trim().split('\n').filter(Boolean)) {
      const record = JSON.parse(line);
      assert.match(record.time, /^\d{4}-/);
      assert.ok(['debug', 'info', 'warn', 'error'].includes(record.level));
    }
  });

  test('takes a second Ctrl-C for "at once"', async () => {
    const directory = newDirectory();
    const process = new SampanProcess(['up', '--data-dir', directory, '--port', '0', '--nodes', 'simulated:1']);
    await process.waitForOutput(/is ready/);
    process.signal('SIGINT');
    // The launcher takes two within 300 ms for one press, which npm passes on twice.
    await new Promise(resolve => setTimeout(resolve, 310));
    if (!process.hasExited) process.signal('SIGINT');
    const { code } = await process.exit();
    assert.ok(code === 130 || code === 0);
    rmSync(directory, { recursive: true });
  });
});

describe('a start that cannot be', () => {
  const directory = newDirectory();
  after(() => rmSync(directory, { recursive: true, force: true }));
  const up = (...args: readonly string[]) =>
    runSampan(['up', '--data-dir', directory, '--port', '0', ...simulated, ...args]);

  /** A data directory with one object in it, not in use. */
  before(async () => {
    const cluster = await TestCluster.start(simulated, directory);
    await requestApi(cluster.kubeconfig, 'POST', configMaps, { body: { metadata: { name: 'kept' } } });
    await cluster.stop();
  });

  test('a taken port: named, with what to do', async () => {
    const server = createServer();
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    const { code, stderr } = await up('--port', String(port));
    server.close();
    assert.equal(code, 1);
    assert.match(stderr, new RegExp(`another program listens on 127.0.0.1:${port} already.*--port`));
  });

  test('a data directory in use: the process is named', async () => {
    const cluster = await TestCluster.start(simulated, directory);
    const { code, stderr } = await up();
    assert.equal(code, 1);
    assert.match(stderr, new RegExp(`${directory} is in use by process ${cluster.process.pid}.*another --data-dir`));
    assert.equal((await cluster.stop()).code, 0);
  });

  test('other ranges than those of the first start', async () => {
    const { code, stderr } = await up('--pod-cidr', '10.50.0.0/16');
    assert.equal(code, 1);
    assert.match(stderr, /has had 10\.244\.0\.0\/16 since its first start/);
  });

  test('a store of a newer Sampan: refused and left alone', async () => {
    const file = join(directory, 'sampan.db');
    setFormat(file, 99);
    const before = readFileSync(file);
    const { code, stderr } = await up();
    assert.equal(code, 1);
    assert.match(stderr, /newer Sampan \(format 99/);
    assert.ok(readFileSync(file).equals(before));
    setFormat(file, 1);
  });

  test('a damaged store: refused and left alone', async () => {
    const file = join(directory, 'sampan.db');
    const whole = readFileSync(file);
    const damaged = Buffer.from(whole);
    // One letter in the name of the object that is in there.
    damaged.write('x', damaged.lastIndexOf('"kept"') + 1);
    writeFileSync(file, damaged);
    const { code, stderr } = await up();
    assert.equal(code, 1);
    assert.match(stderr, /damaged|malformed|not a database/);
    assert.ok(readFileSync(file).equals(damaged));
    writeFileSync(file, whole);
    assert.equal((await TestCluster.start(simulated, directory).then(cluster => cluster.stop())).code, 0);
  });

  test('without root: what to do instead', { skip: isRoot ? false : 'this is not root' }, async () => {
    const own = newDirectory();
    chmodSync(own, 0o777);
    const readable = spawnSync(process.execPath, ['--version'], { uid: 65534, gid: 65534, cwd: '/' }).status === 0;
    const args = [join(root, 'bin/sampan.js'), 'up', '--data-dir', join(own, 'data'), '--port', '0'];
    const result = spawnSync(process.execPath, args, { uid: 65534, gid: 65534, cwd: '/', encoding: 'utf8' });
    rmSync(own, { recursive: true });
    if (!readable || /EACCES.*sampan\.js|Cannot find module/.test(result.stderr)) return; // a checkout that only root may read
    assert.equal(result.status, 1);
    assert.match(result.stderr, /real nodes need root.*--nodes simulated/);
  });

  test('without containerd: what to install, or to do instead', {
    skip: canHide() ? false : 'cannot hide a program',
  }, async () => {
    const own = newDirectory();
    const hide = 'mount --bind /dev/null /usr/bin/containerd && exec "$0" "$@"';
    const args = [
      '-m',
      'sh',
      '-c',
      hide,
      process.execPath,
      join(root, 'src/cli/main.ts'),
      'up',
      '--data-dir',
      own,
      '--port',
      '0',
    ];
    const result = spawnSync('unshare', args, { encoding: 'utf8' });
    rmSync(own, { recursive: true });
    assert.equal(result.status, 1);
    assert.match(result.stderr, /real nodes need containerd.*apt-get install containerd.*--nodes simulated/);
  });
});

describe('a full disk', { skip: isRoot ? false : 'needs root, to mount a small disk' }, () => {
  const directory = newDirectory();
  const mount = (options: string) => execFileSync('mount', ['-t', 'tmpfs', '-o', options, 'tmpfs', directory]);
  before(() => mount('size=12m'));
  after(() => {
    execFileSync('umount', ['-l', directory]);
    rmSync(directory, { recursive: true });
  });

  test('refuses writes clearly, goes on reading, and writes again when there is room', async () => {
    const cluster = await TestCluster.start(simulated, directory);
    const kept: string[] = [];
    const create = (name: string) =>
      requestApi(cluster.kubeconfig, 'POST', configMaps, {
        body: { metadata: { name }, data: { text: 'x'.repeat(200_000) } },
      });
    let refusal = await create('first');
    for (let i = 0; refusal.status === 201 && i < 200; i++) {
      kept.push(refusal.body.metadata.name);
      refusal = await create(`filler-${i}`);
    }
    assert.ok(refusal.status >= 500, `${refusal.status} after ${kept.length}`);
    assert.match(refusal.body.message, /disk|space/i);
    assert.equal((await requestApi(cluster.kubeconfig, 'GET', `${configMaps}/first`)).status, 200);
    mount('remount,size=64m');
    await eventually(
      'a write succeeds',
      () => create(`after-${Math.random().toString(36).slice(2)}`),
      ({ status }) => status === 201,
    );
    await cluster.stop();
    const again = await TestCluster.start(simulated, directory);
    for (const name of kept)
      assert.equal((await requestApi(again.kubeconfig, 'GET', `${configMaps}/${name}`)).status, 200);
    await again.stop();
  });

  test('a start without room says so', async () => {
    const small = join(directory, 'small');
    mkdirSync(small);
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=16k', 'tmpfs', small]);
    const { code, stderr } = await runSampan(['up', '--data-dir', small, '--port', '0', ...simulated]);
    execFileSync('umount', ['-l', small]);
    assert.equal(code, 1);
    assert.match(stderr, /disk is full|full/);
    assert.doesNotMatch(stderr, /^ +at /m);
  });
});

function setFormat(file: string, format: number): void {
  const database = new DatabaseSync(file);
  database.exec(`PRAGMA user_version = ${format}`);
  database.close();
}

function canHide(): boolean {
  return isRoot && existsSync('/usr/bin/containerd') && spawnSync('unshare', ['-m', 'true']).status === 0;
}
