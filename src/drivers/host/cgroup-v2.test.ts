import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, it } from 'node:test';
import { openUnifiedHierarchy, weightOf } from './cgroup-v2.ts';

describe('cgroup v2', () => {
  // Plain files behave like the kernel's as far as names and formats go.
  const root = mkdtempSync(join(tmpdir(), 'sampan-cgroup-'));
  writeFileSync(join(root, 'cgroup.controllers'), 'cpuset cpu io memory pids rdma\n');
  after(() => rmSync(root, { recursive: true }));

  it('enables its controllers in every parent, not in the leaf', async () => {
    const hierarchy = await openUnifiedHierarchy(root);
    assert.deepEqual(hierarchy.controllers, ['cpu', 'cpuset', 'io', 'memory', 'pids']);
    await hierarchy.create('/kubepods/pod1');
    const enabled = '+cpu +cpuset +io +memory +pids';
    for (const folder of ['', 'kubepods']) {
      assert.equal(readFileSync(join(root, folder, 'cgroup.subtree_control'), 'utf8'), enabled);
    }
    assert.throws(() => readFileSync(join(root, 'kubepods/pod1/cgroup.subtree_control')));
  });

  it('writes limits in its own terms', async () => {
    const hierarchy = await openUnifiedHierarchy(root);
    const limitsOf = (limits: object) =>
      hierarchy.formatLimits('/p', limits).map(([file, value]) => `${file.slice(root.length)}=${value}`);
    assert.deepEqual(limitsOf({ cpuShares: 1024, cpuQuotaUs: 50_000, memoryLimitBytes: 1000, pidsMax: 5 }), [
      '/p/cpu.weight=39',
      '/p/cpu.max=50000 100000',
      '/p/memory.max=1000',
      '/p/pids.max=5',
    ]);
    assert.deepEqual(limitsOf({ cpuQuotaUs: -1, cpuPeriodUs: 20_000, memoryLimitBytes: -1, pidsMax: -1 }), [
      '/p/cpu.max=max 20000',
      '/p/memory.max=max',
      '/p/pids.max=max',
    ]);
    assert.deepEqual(limitsOf({}), []);
  });

  it('reads usage, the working set without inactive files', async () => {
    const hierarchy = await openUnifiedHierarchy(root);
    const folder = join(root, 'used');
    assert.equal(await hierarchy.readUsage('/used'), undefined);
    mkdirSync(folder);
    writeFileSync(join(folder, 'memory.current'), '5000\n');
    writeFileSync(join(folder, 'memory.stat'), 'anon 100\ninactive_file 2000\n');
    writeFileSync(join(folder, 'cpu.stat'), 'usage_usec 7\nuser_usec 3\n');
    writeFileSync(join(folder, 'pids.current'), '4\n');
    writeFileSync(join(folder, 'memory.events'), 'low 0\noom 3\noom_kill 2\n');
    assert.deepEqual(await hierarchy.readUsage('/used'), {
      memoryUsageBytes: 5000,
      memoryWorkingSetBytes: 3000,
      cpuNanoSeconds: 7000,
      processCount: 4,
    });
    assert.equal(await hierarchy.readOomKills('/used'), 2);
    assert.equal(await hierarchy.readOomKills('/none'), undefined);
  });

  it('maps cpu shares to weights as Kubernetes does', () => {
    assert.deepEqual([0, 2, 1024, 262_144].map(weightOf), [1, 1, 39, 10_000]);
  });
});
