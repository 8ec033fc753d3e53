import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import {
  appendFileSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readlinkSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { createServer } from 'node:http';
import { type AddressInfo, createServer as createTcpServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, it, type TestContext } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { openLinuxHost } from './linux-host.ts';

const isLinux = process.platform === 'linux';
const isRoot = process.getuid?.() === 0;

describe('the host', { skip: !isLinux }, () => {
  const directory = mkdtempSync(join(tmpdir(), 'sampan-host-'));
  after(() => rmSync(directory, { recursive: true }));
  const at = (...names: string[]): string => join(directory, ...names);
  const text = (path: string): string => readFileSync(path, 'utf8');

  it('tells what the machine is', async () => {
    const { figures } = await openLinuxHost();
    const facts = await figures.facts();
    assert.equal(facts.kernelVersion, execFileSync('uname', ['-r'], { encoding: 'utf8' }).trim());
    assert.equal(facts.hostname, execFileSync('hostname', { encoding: 'utf8' }).trim());
    assert.ok(facts.cpuCount >= 1);
    assert.match(facts.bootId, /^[0-9a-f-]{36}$/);
    const memory = await figures.memory();
    assert.equal(memory.capacityBytes, facts.memoryBytes);
    assert.ok(memory.availableBytes > 0 && memory.availableBytes < memory.capacityBytes);
    const processes = await figures.processes();
    assert.ok(processes.running > 0 && processes.running < processes.pidMax);
    const filesystem = await figures.filesystem(directory);
    assert.ok(filesystem.availableBytes <= filesystem.capacityBytes - filesystem.usedBytes);
    const before = await figures.cpuNanoSeconds();
    for (const end = Date.now() + 60; Date.now() < end; );
    assert.ok((await figures.cpuNanoSeconds()) > before);
  });

  it('replaces a file in one step, with the mode asked for', async () => {
    const { files } = await openLinuxHost();
    await files.write(at('file'), 'one', { mode: 0o600 });
    await files.write(at('file'), 'two', { mode: 0o666 });
    assert.equal(await files.readText(at('file')), 'two');
    assert.equal((await files.stat(at('file')))?.mode, 0o666);
    assert.deepEqual(await files.list(directory), ['file']);
    assert.equal(await files.readText(at('none')), undefined);
    assert.equal(await files.stat(at('file', 'below')), undefined);
    assert.equal(Buffer.from(await files.readRange(at('file'), 1, 10)).toString(), 'wo');
  });

  it('projects files into a volume and switches versions at once', async () => {
    const { files } = await openLinuxHost();
    const volume = at('volume');
    mkdirSync(volume);
    const first = [
      { path: 'name', data: 'a', mode: 0o644 },
      { path: 'deep/er', data: 'b', mode: 0o400 },
    ];
    assert.equal(await files.project(volume, first), true);
    assert.equal(text(join(volume, 'name')), 'a');
    assert.equal(text(join(volume, 'deep/er')), 'b');
    assert.equal(readlinkSync(join(volume, 'name')), '..data/name');
    assert.equal(statSync(join(volume, 'deep/er')).mode & 0o777, 0o400);
    assert.equal(await files.project(volume, first), false, 'nothing changed');

    assert.equal(await files.project(volume, [{ path: 'name', data: 'c', mode: 0o644 }]), true);
    assert.equal(text(join(volume, 'name')), 'c');
    const names = (await files.list(volume))!;
    assert.equal(names.length, 3, 'one version, the link to it, one name');
    assert.ok(!names.includes('deep'));
    await assert.rejects(files.project(volume, [{ path: '../out', data: '', mode: 0o644 }]), /invalid path/);
  });

  it('follows a log through its rotation until it is complete', async () => {
    const { files } = await openLinuxHost();
    const path = at('log');
    writeFileSync(path, 'one\n');
    let isComplete = false;
    let read = '';
    const reading = (async () => {
      for await (const chunk of files.follow(path, { offset: 1, isComplete: () => isComplete })) {
        read += Buffer.from(chunk).toString();
      }
    })();
    await sleep(30);
    appendFileSync(path, 'two\n');
    await sleep(30);
    assert.equal(read, 'ne\ntwo\n', 'inotify, not the next poll');
    appendFileSync(path, 'three\n');
    renameSync(path, `${path}.1`);
    appendFileSync(`${path}.1`, 'four\n');
    writeFileSync(path, 'five\n');
    await sleep(400);
    appendFileSync(path, 'six\n');
    isComplete = true;
    await reading;
    assert.equal(read, 'ne\ntwo\nthree\nfour\nfive\nsix\n');
  });

  it('stops following when told', async () => {
    const { files } = await openLinuxHost();
    writeFileSync(at('endless'), 'x');
    const stop = new AbortController();
    setTimeout(() => stop.abort(), 30);
    let read = '';
    for await (const chunk of files.follow(at('endless'), { isComplete: () => false }, stop.signal)) {
      read += Buffer.from(chunk).toString();
    }
    assert.equal(read, 'x');
  });

  it('finds where the last lines begin', async () => {
    const { files } = await openLinuxHost();
    const path = at('lines');
    const lines = Array.from({ length: 20_000 }, (_, i) => `line ${i}\n`).join('');
    writeFileSync(path, lines);
    assert.equal(await files.tailOffset(path, 1), lines.lastIndexOf('line 19999'));
    assert.equal(await files.tailOffset(path, 15_000), lines.indexOf('line 5000\n'));
    assert.equal(await files.tailOffset(path, 30_000), 0);
    assert.equal(await files.tailOffset(path, 0), lines.length);
    writeFileSync(path, 'a\nb');
    assert.equal(await files.tailOffset(path, 1), 2);
    assert.equal(await files.tailOffset(path, 2), 0);
  });

  it('measures a tree, hard links once', async () => {
    const { files } = await openLinuxHost();
    const tree = at('tree');
    mkdirSync(join(tree, 'sub'), { recursive: true });
    writeFileSync(join(tree, 'sub', 'data'), Buffer.alloc(100_000, 1));
    execFileSync('ln', [join(tree, 'sub', 'data'), join(tree, 'link')]);
    const kilobytes = Number(execFileSync('du', ['-skx', tree], { encoding: 'utf8' }).split('\t')[0]);
    assert.deepEqual(await files.diskUsage(tree), { bytes: kilobytes * 1024, inodes: 3 });
  });

  it('keeps a subPath inside its volume', async () => {
    const { mounts } = await openLinuxHost();
    const volume = at('sub-path');
    mkdirSync(volume, { mode: 0o770 });
    assert.equal(await mounts.resolveSubPath(volume, 'a/b'), join(volume, 'a/b'));
    assert.ok(statSync(join(volume, 'a/b')).isDirectory());
    symlinkSync('/etc', join(volume, 'escape'));
    await assert.rejects(mounts.resolveSubPath(volume, 'escape/x'), /leads out of its volume/);
    await assert.rejects(mounts.resolveSubPath(volume, '../x'), /leads out of its volume/);
    writeFileSync(join(volume, 'file'), '');
    assert.equal(await mounts.resolveSubPath(volume, 'file'), join(volume, 'file'));
  });

  it('gives a volume to a group', { skip: !isRoot }, async () => {
    const { files } = await openLinuxHost();
    const volume = at('group');
    mkdirSync(volume);
    writeFileSync(join(volume, 'file'), '', { mode: 0o600 });
    await files.giveToGroup(volume, 1234);
    assert.equal(statSync(volume).gid, 1234);
    assert.equal(statSync(volume).mode & 0o7777, 0o2775);
    assert.equal(statSync(join(volume, 'file')).mode & 0o7777, 0o660);
    writeFileSync(join(volume, 'later'), '', { mode: 0o600 });
    await files.giveToGroup(volume, 1234, { onlyIfRootDiffers: true });
    assert.equal(statSync(join(volume, 'later')).mode & 0o7777, 0o600, 'the root was right, so the rest was left');
  });

  it('mounts, lists and unmounts, and removes nothing across a mount', { skip: !isRoot }, async () => {
    const { files, mounts } = await openLinuxHost();
    const path = at('mnt with blank');
    mkdirSync(path);
    await mounts.mountTmpfs(path, { sizeBytes: 1 << 20, mode: 0o700 });
    await mounts.mountTmpfs(path, { sizeBytes: 1 << 20 });
    assert.deepEqual(await mounts.list(directory), [path]);
    await assert.rejects(files.remove(directory), /is a mount point/);
    mkdirSync(at('bound'));
    writeFileSync(join(path, 'inside'), 'x');
    await mounts.bind(path, at('bound'), { isReadOnly: true });
    assert.throws(() => writeFileSync(at('bound', 'inside'), 'y'), { code: 'EROFS' });
    await mounts.unmount(at('bound'));
    await mounts.unmount(path);
    await mounts.unmount(path);
    assert.deepEqual(await mounts.list(directory), []);
  });

  it('limits, measures and removes a cgroup with what runs in it', { skip: !isRoot }, async () => {
    const { cgroups } = await openLinuxHost();
    const path = `/sampan-test-${process.pid}/pod`;
    const top = path.slice(0, path.lastIndexOf('/'));
    assert.equal(await cgroups.usage(path), undefined);
    await cgroups.ensure(path, {
      cpuShares: 512,
      cpuPeriodUs: 100_000,
      cpuQuotaUs: 50_000,
      memoryLimitBytes: 64 << 20,
      pidsMax: 100,
    });
    const root = cgroups.version === 1 ? '/sys/fs/cgroup/memory' : '/sys/fs/cgroup';
    const file = cgroups.version === 1 ? 'memory.limit_in_bytes' : 'memory.max';
    assert.equal(text(join(root, path, file)).trim(), `${64 << 20}`);
    const child = execFileSync(
      'sh',
      ['-c', `sleep 100 >/dev/null 2>&1 & echo $!; for t in ${root}${path}; do echo $! > $t/cgroup.procs; done`],
      { encoding: 'utf8' },
    );
    assert.deepEqual(await cgroups.processes(top), [Number(child)]);
    assert.ok((await cgroups.usage(path))!.memoryUsageBytes >= 0);
    assert.deepEqual(await cgroups.list(top), ['pod']);
    await cgroups.remove(top);
    assert.equal(await cgroups.list(top), undefined);
    await cgroups.remove(top);
  });

  it('probes a TCP port in Go’s words', async () => {
    const { probes } = await openLinuxHost();
    const server = createTcpServer().listen(0, '127.0.0.1');
    await new Promise(resolve => server.once('listening', resolve));
    const { port } = server.address() as AddressInfo;
    assert.deepEqual(await probes.connectTcp('127.0.0.1', port, 1000), { outcome: 'connected' });
    await new Promise(resolve => server.close(resolve));
    assert.deepEqual(await probes.connectTcp('127.0.0.1', port, 1000), {
      outcome: 'failed',
      message: `dial tcp 127.0.0.1:${port}: connect: connection refused`,
      isTimeout: false,
    });
  });

  it('probes over http: statuses, local redirects, headers, timeouts', async (t: TestContext) => {
    const { probes } = await openLinuxHost();
    const server = createServer((request, response) => {
      if (request.url === '/slow') return;
      if (request.url === '/away') response.writeHead(302, { location: 'http://192.0.2.1/' });
      else if (request.url === '/near') response.writeHead(302, { location: '/echo?q' });
      else if (request.url === '/loop') response.writeHead(302, { location: '/loop' });
      else if (request.url === '/bad') response.writeHead(503);
      response.end(`${request.url} ${request.headers['user-agent']} ${request.headers.host} ${request.headers.accept}`);
    }).listen(0, '127.0.0.1');
    await new Promise(resolve => server.once('listening', resolve));
    const { port } = server.address() as AddressInfo;
    t.after(() => server.close());
    const get = (path: string, extra: object = {}) =>
      probes.getHttp({ scheme: 'http', host: '127.0.0.1', port, path, timeoutMs: 300, ...extra });

    assert.deepEqual(await get('/near'), {
      outcome: 'response',
      status: 200,
      body: `/echo?q kube-probe/1.36 127.0.0.1:${port} */*`,
    });
    const headers = [
      { name: 'host', value: 'example.test' },
      { name: 'User-Agent', value: '' },
    ];
    assert.deepEqual(await get('echo', { headers }), {
      outcome: 'response',
      status: 200,
      body: '/echo undefined example.test */*',
    });
    const bad = await get('/bad');
    assert.equal(bad.outcome === 'response' && bad.status, 503);
    const away = await get('/away');
    assert.equal(away.outcome === 'response' && away.redirectedTo, 'http://192.0.2.1/');
    assert.deepEqual(await get('/loop'), {
      outcome: 'failed',
      message: `Get "http://127.0.0.1:${port}/loop": stopped after 10 redirects`,
      isTimeout: false,
    });
    assert.deepEqual(await get('/slow'), {
      outcome: 'failed',
      message: `Get "http://127.0.0.1:${port}/slow": context deadline exceeded (Client.Timeout exceeded while awaiting headers)`,
      isTimeout: true,
    });
    server.closeAllConnections();
    await new Promise(resolve => server.close(resolve));
    assert.deepEqual(await get('/'), {
      outcome: 'failed',
      message: `Get "http://127.0.0.1:${port}/": dial tcp 127.0.0.1:${port}: connect: connection refused`,
      isTimeout: false,
    });
  });

  it('says that nobody answers a gRPC probe', async () => {
    const { probes } = await openLinuxHost();
    const server = createTcpServer().listen(0, '127.0.0.1');
    await new Promise(resolve => server.once('listening', resolve));
    const { port } = server.address() as AddressInfo;
    await new Promise(resolve => server.close(resolve));
    assert.deepEqual(await probes.checkGrpc({ host: '127.0.0.1', port, timeoutMs: 200 }), {
      outcome: 'failed',
      message: `timeout: failed to connect service "127.0.0.1:${port}" within 0.2s: context deadline exceeded`,
      isTimeout: true,
    });
  });
});
