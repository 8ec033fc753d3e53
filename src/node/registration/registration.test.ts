import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Filesystem, HostFacts, MemoryFigures } from '../runtime/index.ts';
import { buildAllocatable, buildCapacity, buildConditions, findPressures, PressureMemory } from './index.ts';

const mebibyte = 2 ** 20;

const disk: Filesystem = {
  capacityBytes: 100_000,
  availableBytes: 50_000,
  usedBytes: 50_000,
  inodes: 100,
  inodesFree: 50,
};
const memory: MemoryFigures = {
  at: 0,
  capacityBytes: 1024 * mebibyte,
  availableBytes: 500 * mebibyte,
  usageBytes: 0,
  workingSetBytes: 0,
};
const processes = { pidMax: 1000, running: 10 };

describe('what a node has', () => {
  const facts = {
    cpuCount: 2,
    memoryBytes: 12_236_568 * 1024,
    hugepages: [{ pageSize: '2Mi', totalBytes: 4 * mebibyte }],
  };

  it('is what the machine has, less what is kept from pods', () => {
    const capacity = buildCapacity(undefined, facts as unknown as HostFacts, disk, 110);
    assert.deepEqual(capacity, {
      cpu: '2',
      memory: '12236568Ki',
      'ephemeral-storage': '100000',
      pods: '110',
      'hugepages-2Mi': '4Mi',
    });
    assert.deepEqual(buildAllocatable(capacity), {
      cpu: '2',
      // 100 MiB for eviction, 4 MiB of huge pages.
      memory: '12130072Ki',
      'ephemeral-storage': '90000',
      pods: '110',
      'hugepages-2Mi': '4Mi',
    });
  });

  it('includes what somebody else has put there', () => {
    const previous = { 'example.com/widget': '3', memory: '1' };
    const capacity = buildCapacity(previous, { ...facts, hugepages: [] } as unknown as HostFacts, disk, 110);
    assert.equal(capacity['memory'], '12236568Ki');
    assert.equal(buildAllocatable(capacity)['memory'], '12134168Ki');
    assert.equal(buildAllocatable(capacity)['example.com/widget'], '3');
  });
});

describe('pressure', () => {
  const find = (more: Partial<Parameters<typeof findPressures>[0]>): readonly string[] => [
    ...findPressures({ memory, nodeFilesystem: disk, processes, ...more }),
  ];

  it('is felt when a threshold is passed', () => {
    assert.deepEqual(find({}), []);
    assert.deepEqual(find({ memory: { ...memory, availableBytes: 99 * mebibyte } }), ['MemoryPressure']);
    assert.deepEqual(find({ nodeFilesystem: { ...disk, availableBytes: 9999 } }), ['DiskPressure']);
    assert.deepEqual(find({ nodeFilesystem: { ...disk, inodesFree: 4 } }), ['DiskPressure']);
    assert.deepEqual(find({ processes: { pidMax: 10, running: 10 } }), ['PIDPressure']);
  });

  it('lasts for five minutes', () => {
    const pressures = new PressureMemory();
    pressures.feel(new Set(['DiskPressure']), 0);
    assert.equal(pressures.isUnder('DiskPressure', 299_999), true);
    assert.equal(pressures.isUnder('DiskPressure', 300_000), false);
    assert.equal(pressures.isUnder('MemoryPressure', 0), false);
  });
});

describe('the conditions of a node', () => {
  const fine = { isUnder: () => false, problems: [] };

  it('are all well at first, which is no news but for what could be wrong', () => {
    const { conditions, changes } = buildConditions(undefined, fine, 'T1');
    assert.deepEqual(
      conditions.map(({ type, status, reason }) => `${type} ${status} ${reason}`),
      [
        'MemoryPressure False KubeletHasSufficientMemory',
        'DiskPressure False KubeletHasNoDiskPressure',
        'PIDPressure False KubeletHasSufficientPID',
        'Ready True KubeletReady',
      ],
    );
    assert.deepEqual(
      changes.map(({ reason }) => reason),
      ['NodeHasSufficientMemory', 'NodeHasNoDiskPressure', 'NodeHasSufficientPID'],
    );
  });

  it('keep the time of their last change, and leave those of others alone', () => {
    const others = [{ type: 'NetworkUnavailable', status: 'False' }];
    const first = buildConditions(others, fine, 'T1').conditions;
    const { conditions, changes } = buildConditions(first, { ...fine, problems: ['a', 'b'] }, 'T2');
    assert.equal(conditions[0]!.type, 'NetworkUnavailable');
    assert.deepEqual(conditions.at(-1), {
      type: 'Ready',
      status: 'False',
      reason: 'KubeletNotReady',
      message: '[a, b]',
      lastHeartbeatTime: 'T2',
      lastTransitionTime: 'T2',
    });
    assert.equal(conditions.find(({ type }) => type === 'DiskPressure')?.lastTransitionTime, 'T1');
    assert.deepEqual(changes, [{ reason: 'NodeNotReady' }]);
  });
});
