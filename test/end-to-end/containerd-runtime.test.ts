import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { createHash, randomBytes } from 'node:crypto';
import { createReadStream, mkdirSync, readFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { after, before, describe, it } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { openLinuxHost } from '../../src/drivers/host/index.ts';
import {
  type ByteSource,
  type ContainerConfig,
  type ExecSession,
  isRuntimeError,
  type PullProgress,
  type RuntimeEvent,
  type SandboxConfig,
} from '../../src/node/runtime/index.ts';
import { buildBusyboxImage, buildBusyboxOciArchive, busyboxParts } from '../fixtures/busybox-image.ts';
import { type ImageRegistry, startImageRegistry } from '../fixtures/image-registry.ts';
import { containersMissing, type OwnContainerd, startOwnContainerd } from '../fixtures/own-containerd.ts';

async function textOf(source: ByteSource): Promise<string> {
  const parts: Uint8Array[] = [];
  for await (const part of source) parts.push(part);
  return Buffer.concat(parts).toString('utf8');
}

async function until(what: string, holds: () => boolean | Promise<boolean>, limitMs = 10_000): Promise<void> {
  for (const end = Date.now() + limitMs; !(await holds()); await sleep(10)) {
    assert.ok(Date.now() < end, `timed out waiting for ${what}`);
  }
}

describe('containerd as a node’s runtime', { skip: containersMissing }, () => {
  let own: OwnContainerd;
  let sandbox: SandboxConfig;
  let sandboxId: string;
  const events: RuntimeEvent[] = [];

  before(async () => {
    own = await startOwnContainerd('10.251.1.0/24');
    own.runtime.watchEvents(event => events.push(event));
    sandbox = own.sandbox('pod');
    mkdirSync(sandbox.logDirectory!, { recursive: true });
    sandboxId = await own.runtime.runPodSandbox(sandbox);
  });
  after(() => own?.destroy());

  const start = async (name: string, script: string, extra: Partial<ContainerConfig> = {}): Promise<string> => {
    const config = {
      name,
      attempt: 0,
      image: own.image,
      command: ['sh', '-c', script],
      logPath: `${name}.log`,
      ...extra,
    };
    const id = await own.runtime.createContainer(sandboxId, config, sandbox);
    await own.runtime.startContainer(id);
    return id;
  };
  const exitOf = async (id: string) => {
    await until('the exit', async () => (await own.runtime.containerStatus(id)).state === 'exited');
    return own.runtime.containerStatus(id);
  };

  it('runs a sandbox with an address of its own', async () => {
    const status = await own.runtime.podSandboxStatus(sandboxId);
    assert.equal(status.state, 'ready');
    assert.match(status.ips[0]!, /^10\.251\.1\.\d+$/);
    assert.deepEqual(status.metadata, { name: 'pod', namespace: 'test', uid: 'uid-pod', attempt: 0 });
    assert.ok(Math.abs(status.createdAt - Date.now()) < 60_000);
    assert.deepEqual(
      (await own.runtime.listPodSandboxes({ state: 'ready' })).map(one => one.id),
      [sandboxId],
    );
  });

  it('runs a container to its exit code, with environment, folder, user and log', async () => {
    const script = 'echo "$GREETING from $(pwd) as $(id -u)"; echo oops >&2; exit 3';
    const id = await start('exits', script, {
      env: [
        { name: 'GREETING', value: 'grüß' },
        { name: 'EMPTY', value: '' },
      ],
      workingDir: '/tmp',
      security: { runAsUser: 1000, runAsGroup: 1000, dropCapabilities: ['ALL'], noNewPrivileges: true },
    });
    const status = await exitOf(id);
    assert.deepEqual([status.exitCode, status.reason], [3, 'Error']);
    assert.ok(status.finishedAt! >= status.startedAt! && status.startedAt! >= status.createdAt);
    const log = readFileSync(status.logPath, 'utf8');
    assert.match(log, /^\S+Z stdout F grüß from \/tmp as 1000$/m);
    assert.match(log, /^\S+Z stderr F oops$/m);
    await own.runtime.removeContainer(id);
    await own.runtime.removeContainer(id);
    await assert.rejects(own.runtime.containerStatus(id), error => isRuntimeError(error, 'notFound'));
  });

  it('tells of starts and exits when its records show them', async () => {
    events.length = 0;
    const id = await start('told', 'exit 5');
    const seen = () => events.filter(event => 'id' in event && event.id === id);
    await until('the exit event', () => seen().some(event => event.type === 'exited'));
    const exited = seen().find(event => event.type === 'exited')!;
    assert.equal(exited.type === 'exited' && exited.exitCode, 5);
    assert.equal((await own.runtime.containerStatus(id)).state, 'exited');
    assert.ok(seen().findIndex(event => event.type === 'started') < seen().indexOf(exited));
  });

  it('stops with the signal first, and with SIGKILL when the grace is over', async () => {
    const polite = await start('polite', 'trap "exit 7" TERM; while :; do sleep 0.05; done');
    await sleep(200);
    await own.runtime.stopContainer(polite, 10_000);
    assert.equal((await own.runtime.containerStatus(polite)).exitCode, 7);
    const stubborn = await start('stubborn', 'trap "" TERM; while :; do sleep 0.05; done');
    await sleep(200);
    const began = Date.now();
    await own.runtime.stopContainer(stubborn, 1000);
    assert.ok(Date.now() - began >= 1000);
    assert.equal((await own.runtime.containerStatus(stubborn)).exitCode, 137);
  });

  it('kills what uses more memory than it may, and says OOMKilled', async () => {
    const id = await start('hungry', 'x=a; while :; do x="$x$x"; done', {
      resources: { memoryLimitBytes: 32 << 20, memorySwapLimitBytes: 32 << 20 },
    });
    const status = await exitOf(id);
    assert.deepEqual([status.exitCode, status.reason], [137, 'OOMKilled']);
    await until('the oom event', () => events.some(event => event.type === 'oom' && event.id === id));
  });

  it('says why a container cannot be created or started', async () => {
    await assert.rejects(
      own.runtime.createContainer(sandboxId, { name: 'x', attempt: 0, image: 'localhost/none:1' }, sandbox),
      error => isRuntimeError(error, 'notFound'),
    );
    const config = { name: 'bad', attempt: 0, image: own.image, command: ['/no/such/program'] };
    const id = await own.runtime.createContainer(sandboxId, config, sandbox);
    await assert.rejects(own.runtime.startContainer(id), /no such file or directory/);
    assert.deepEqual((await own.runtime.containerStatus(id)).reason, 'StartError');
  });

  it('changes the limits of a running container', async () => {
    const id = await start('resized', 'sleep 100');
    await own.runtime.updateContainerResources(id, { memoryLimitBytes: 96 << 20, memorySwapLimitBytes: 96 << 20 });
    const { cgroups } = await openLinuxHost();
    const file = cgroups.version === 1 ? '/sys/fs/cgroup/memory' : '/sys/fs/cgroup';
    const name = cgroups.version === 1 ? 'memory.limit_in_bytes' : 'memory.max';
    assert.equal(readFileSync(`${file}${sandbox.cgroupParent}/${id}/${name}`, 'utf8').trim(), `${96 << 20}`);
    const stats = await own.runtime.containerStats(id);
    assert.ok(stats.memory!.workingSetBytes > 0 && stats.cpu!.usageCoreNanoSeconds > 0);
    assert.equal((await own.runtime.podSandboxStats(sandboxId)).interfaces[0]!.name, 'eth0');
    await own.runtime.stopContainer(id, 0);
  });

  it('writes the log anew after it was rotated', async () => {
    const id = await start('rotated', 'i=0; while :; do i=$((i+1)); echo $i; sleep 0.02; done');
    const { logPath } = await own.runtime.containerStatus(id);
    const { files } = await openLinuxHost();
    let isComplete = false;
    const following = textOf(files.follow(logPath, { isComplete: () => isComplete }));
    await sleep(100);
    await files.rename(logPath, `${logPath}.1`);
    await own.runtime.reopenContainerLog(id);
    await sleep(200);
    await own.runtime.stopContainer(id, 0);
    isComplete = true;
    const numbers = [...(await following).matchAll(/stdout F (\d+)$/gm)].map(match => Number(match[1]));
    assert.ok(numbers.length > 8);
    assert.deepEqual(
      numbers,
      Array.from(numbers, (_, i) => i + 1),
      'no line lost or doubled',
    );
    assert.ok(readFileSync(logPath, 'utf8').length > 0);
  });

  describe('exec', () => {
    let id: string;
    before(async () => {
      id = await start('target', 'while :; do sleep 1; done');
    });

    it('runs a command to its end, or to the end of its time', async () => {
      assert.deepEqual(await own.runtime.execSync(id, ['sh', '-c', 'echo out; echo err >&2; exit 9']), {
        outcome: 'exited',
        exitCode: 9,
        stdout: 'out\n',
        stderr: 'err\n',
      });
      const late = await own.runtime.execSync(id, ['sleep', '10'], 1000);
      assert.equal(late.outcome, 'timedOut');
    });

    it('streams, ends stdin, and tells the exit code', async () => {
      const session = await own.runtime.exec(id, {
        command: ['sh', '-c', 'cat; echo done >&2; exit 4'],
        stdin: true,
        stdout: true,
        stderr: true,
      });
      const outputs = Promise.all([textOf(session.stdout!), textOf(session.stderr!)]);
      await session.stdin!.write(Buffer.from('one\n'));
      await session.stdin!.write(Buffer.from('two\n'));
      await session.stdin!.end();
      assert.deepEqual(await outputs, ['one\ntwo\n', 'done\n']);
      assert.deepEqual(await session.result, { outcome: 'exited', exitCode: 4 });
    });

    it('carries bytes unharmed both ways', async () => {
      const sent = randomBytes(8 << 20);
      const session = await own.runtime.exec(id, { command: ['cat'], stdin: true, stdout: true });
      const received = createHash('sha256');
      const reading = (async () => {
        for await (const part of session.stdout!) received.update(part);
      })();
      for (let at = 0; at < sent.length; at += 60_000) await session.stdin!.write(sent.subarray(at, at + 60_000));
      await session.stdin!.end();
      await reading;
      assert.equal(received.digest('hex'), createHash('sha256').update(sent).digest('hex'));
      assert.deepEqual(await session.result, { outcome: 'exited', exitCode: 0 });
    });

    it('gives a terminal its size', async () => {
      const options = { command: ['sh'], stdin: true, stdout: true, tty: true };
      const session: ExecSession = await own.runtime.exec(id, options);
      session.resize({ width: 91, height: 33 });
      await sleep(200);
      await session.stdin!.write(Buffer.from('stty size; exit 6\n'));
      assert.match(await textOf(session.stdout!), /33 91\r\n/);
      assert.deepEqual(await session.result, { outcome: 'exited', exitCode: 6 });
    });

    it('says why a command cannot be run', async () => {
      const session = await own.runtime.exec(id, { command: ['/no/such'], stdout: true, stderr: true });
      const result = await session.result;
      assert.ok(result.outcome === 'failed' ? /no such file/.test(result.message) : result.exitCode !== 0);
      await assert.rejects(own.runtime.exec('none', { command: ['x'], stdout: true }), error =>
        isRuntimeError(error, 'notFound'),
      );
    });
  });

  it('attaches to a container’s own streams', async () => {
    const id = await start('attached', 'read line; echo "got $line"', { stdin: true, stdinOnce: true });
    const session = await own.runtime.attach(id, { stdin: true, stdout: true, stderr: true });
    await session.stdin!.write(Buffer.from('hello\n'));
    await session.stdin!.end();
    assert.equal(await textOf(session.stdout!), 'got hello\n');
    assert.equal((await exitOf(id)).exitCode, 0);
    await session.result;
  });

  it('forwards ports, several connections at once, and says when nobody listens', async () => {
    await start('server', 'mkdir /www; echo hello > /www/index.html; exec httpd -f -p 8080 -h /www');
    await sleep(300);
    const fetchOnce = async (): Promise<string> => {
      const connection = await own.runtime.portForward(sandboxId, 8080);
      await connection.sink.write(Buffer.from('GET / HTTP/1.0\r\n\r\n'));
      const answer = await textOf(connection.source);
      connection.close();
      assert.equal(await connection.failure, undefined);
      return answer;
    };
    for (const answer of await Promise.all([1, 2, 3].map(fetchOnce))) assert.match(answer, /200 OK.*hello/s);
    const nobody = await own.runtime.portForward(sandboxId, 9);
    assert.equal(await textOf(nobody.source), '');
    assert.match((await nobody.failure)!, /connection refused/);
  });

  it('imports images, lists them by name, and removes them', async () => {
    const { path, name } = await buildBusyboxImage({ name: 'localhost/other:2', config: { User: '12:34' } });
    assert.deepEqual(await own.runtime.importImages(createReadStream(path)), [name]);
    const image = (await own.runtime.imageStatus(name))!;
    assert.deepEqual([image.repoTags, image.uid], [[name], 12]);
    execFileSync('sh', ['-c', `gzip -k ${path}`]);
    assert.deepEqual(await own.runtime.importImages(createReadStream(`${path}.gz`)), [name]);
    await own.runtime.removeImage(name);
    assert.equal(await own.runtime.imageStatus(name), undefined);
    await own.runtime.removeImage(name);
    await assert.rejects(own.runtime.importImages(createReadStream('/bin/busybox')), error =>
      isRuntimeError(error, 'invalidArgument'),
    );
    execFileSync('rm', ['-r', path.slice(0, path.lastIndexOf('/'))]);
    const pinned = (await own.runtime.listImages()).filter(one => one.isPinned);
    assert.equal(pinned.length, 1);
    const [filesystem] = await own.runtime.imageFilesystems();
    assert.ok(filesystem!.mountpoint.startsWith(own.directory));
  });

  it('imports an OCI archive', async () => {
    const { path, name } = await buildBusyboxOciArchive({ name: 'localhost/from-oci:3' });
    assert.deepEqual(await own.runtime.importImages(createReadStream(path)), [name]);
    execFileSync('rm', ['-r', path.slice(0, path.lastIndexOf('/'))]);
    const id = await start('oci', 'echo it runs', { image: name });
    assert.equal((await exitOf(id)).exitCode, 0);
  });

  describe('pulling', () => {
    let registry: ImageRegistry;
    before(async () => {
      const filler = (): string => randomBytes(4 << 20).toString('hex');
      const images = {
        'team/app:1': await busyboxParts({ files: { '/app': 'pulled', '/filler': filler() } }),
        'team/other:1': await busyboxParts({ files: { '/filler': filler() } }),
      };
      registry = await startImageRegistry({ images, user: 'me', password: 'secret', layerDelayMs: 700 });
    });
    after(() => registry?.close());
    const auth = { username: 'me', password: 'secret' };

    it('brings an image with credentials, telling how far it is', async () => {
      const progress: PullProgress[] = [];
      const name = `${registry.address}/team/app:1`;
      const image = await own.runtime.pullImage(name, { auth, onProgress: one => progress.push(one) });
      assert.ok(progress.some(one => one.doneBytes > 0 && one.doneBytes < one.totalBytes));
      const id = await start('pulled', 'test "$(cat /app)" = pulled', { image });
      assert.equal((await exitOf(id)).exitCode, 0);
      assert.deepEqual((await own.runtime.imageStatus(name))?.repoTags, [name]);
    });

    it('stops when it is aborted', async () => {
      const abort = new AbortController();
      setTimeout(() => abort.abort(), 200);
      const pull = own.runtime.pullImage(`${registry.address}/team/other:1`, { auth }, abort.signal);
      await assert.rejects(pull, error => isRuntimeError(error, 'canceled'));
    });

    it('says why it cannot', async () => {
      const pull = (image: string, options = {}) => own.runtime.pullImage(image, options);
      await assert.rejects(pull(`${registry.address}/team/app:1`), /401 Unauthorized|authorization failed/);
      const missing = pull(`${registry.address}/team/app:2`, { auth });
      await assert.rejects(missing, error => isRuntimeError(error, 'notFound'));
      await assert.rejects(pull('127.0.0.1:1/nobody/there:1'), /connection refused/);
    });
  });

  it('runs a pod on the host’s network, with a privileged container', async () => {
    const namespaces = { network: 'node', pid: 'node', ipc: 'node' } as const;
    const config = own.sandbox('hosted', { hostname: '', security: { namespaces, privileged: true } });
    const id = await own.runtime.runPodSandbox(config);
    const container = await own.runtime.createContainer(
      id,
      {
        name: 'c',
        attempt: 0,
        image: own.image,
        command: ['sleep', '1000'],
        security: { privileged: true, namespaces },
        mounts: [{ containerPath: '/host', hostPath: own.directory, propagation: 'private', readonly: true }],
      },
      config,
    );
    await own.runtime.startContainer(container);
    const result = await own.runtime.execSync(container, ['sh', '-c', 'hostname; ls /host; cat /proc/1/comm']);
    assert.ok(result.outcome === 'exited');
    const lines = result.stdout.split('\n');
    assert.equal(lines[0], hostname());
    assert.ok(lines.includes('data'));
    assert.ok(lines.includes(readFileSync('/proc/1/comm', 'utf8').trim()), 'sees the host’s processes');
    assert.deepEqual((await own.runtime.podSandboxStatus(id)).namespaces, namespaces);
    await own.runtime.stopPodSandbox(id);
    await own.runtime.removePodSandbox(id);
  });

  it('stops and removes a sandbox with all that runs in it', async () => {
    const config = own.sandbox('gone');
    const id = await own.runtime.runPodSandbox(config);
    const container = await own.runtime.createContainer(
      id,
      { name: 'c', attempt: 0, image: own.image, command: ['sleep', '1000'] },
      config,
    );
    await own.runtime.startContainer(container);
    await own.runtime.stopPodSandbox(id);
    assert.equal((await own.runtime.podSandboxStatus(id)).state, 'notReady');
    await own.runtime.removePodSandbox(id);
    await own.runtime.removePodSandbox(id);
    await own.runtime.stopContainer(container, 0);
    assert.deepEqual(await own.runtime.listContainers({ sandboxId: id }), []);
  });

  it('removes what runs without CRI knowing, as after a start whose caller went away', async () => {
    const ctr = (...args: readonly string[]): string =>
      execFileSync('ctr', ['--address', own.process.layout.socket, '--namespace', 'k8s.io', ...args]).toString();
    const config = own.sandbox('unknown-task');
    const id = await own.runtime.runPodSandbox(config);
    const [first, second] = await Promise.all(
      ['first', 'second'].map(name =>
        own.runtime.createContainer(id, { name, attempt: 0, image: own.image, command: ['sleep', '1000'] }, config),
      ),
    );
    for (const container of [first!, second!]) {
      ctr('tasks', 'start', '--detach', '--null-io', container);
      assert.equal((await own.runtime.containerStatus(container)).state, 'created');
    }
    await own.runtime.removeContainer(first!);
    await own.runtime.stopPodSandbox(id);
    await own.runtime.removePodSandbox(id);
    assert.deepEqual(await own.runtime.listContainers({ sandboxId: id }), []);
    assert.doesNotMatch(ctr('tasks', 'list'), new RegExp(`${first}|${second}`));
  });
});
