import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Pod } from '../../api/generated/index.ts';
import { findExcess, hasStorageLimits } from './index.ts';

const mebi = 2 ** 20;

function podOf(limits: readonly (string | undefined)[], sizeLimit?: string): Pod {
  const containers = limits.map((limit, i) => ({
    name: `c${i}`,
    resources: { limits: limit === undefined ? {} : { 'ephemeral-storage': limit } },
  }));
  return { metadata: {}, spec: { containers, volumes: [{ name: 'v', emptyDir: { sizeLimit } }] } };
}

function excessOf(pod: Pod, containers: readonly number[], volume = 0): string | undefined {
  const used = containers.map((mebibytes, i) => [`c${i}`, mebibytes * mebi] as const);
  return findExcess(pod, { containers: new Map(used), volumes: new Map([['v', volume * mebi]]) });
}

test('a pod may occupy what its containers may together, and each its own share', () => {
  const pod = podOf(['5Mi', '10Mi']);
  assert.equal(excessOf(pod, [5, 10]), undefined);
  assert.equal(
    excessOf(pod, [1, 10], 5),
    'Pod ephemeral local storage usage exceeds the total limit of containers 15Mi. ',
  );
  assert.equal(excessOf(pod, [6, 1]), 'Container c0 exceeded its local ephemeral storage limit "5Mi". ');
  assert.match(excessOf(podOf(['5000k']), [5]) ?? '', /total limit of containers 5000k\. $/);
});

test('a volume may occupy what it says, whatever its pod may', () => {
  const pod = podOf([undefined], '1Mi');
  assert.equal(excessOf(pod, [100], 1), undefined);
  assert.equal(excessOf(pod, [0], 2), 'Usage of EmptyDir volume "v" exceeds the limit "1Mi". ');
});

test('only pods with limits have to be measured', () => {
  assert.deepEqual([podOf([undefined]), podOf(['1Mi']), podOf([undefined], '1Mi')].map(hasStorageLimits), [
    false,
    true,
    true,
  ]);
});
