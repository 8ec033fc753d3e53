import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, it } from 'node:test';
import { CommandError } from '../command-error.ts';
import { addressIn, chooseRanges, firstNodeRange } from './cluster-ranges.ts';

const folder = mkdtempSync(join(tmpdir(), 'sampan-ranges-'));
after(() => rmSync(folder, { recursive: true }));
let files = 0;
const newFile = (): string => join(folder, `${files++}.json`);

/** Somebody has these already. */
const takenBy =
  (...taken: readonly string[]) =>
  (podCidr: string): string | undefined =>
    taken.includes(podCidr) ? 'somebody' : undefined;

describe('a cluster’s ranges', () => {
  it('are Kubernetes’ usual ones on a host of its own', () => {
    const usual = { podCidr: '10.244.0.0/16', serviceCidr: '10.96.0.0/16' };
    assert.deepEqual(chooseRanges({ file: newFile(), take: takenBy() }), usual);
    assert.deepEqual(chooseRanges({ file: newFile() }), usual);
  });

  it('are the next ones, for pods and Services, beside another cluster', () => {
    const beside = chooseRanges({ file: newFile(), take: takenBy('10.244.0.0/16', '10.245.0.0/16') });
    assert.deepEqual(beside, { podCidr: '10.246.0.0/16', serviceCidr: '10.98.0.0/16' });
  });

  it('are what was asked for, if nobody has it', () => {
    const file = newFile();
    const take = takenBy('10.50.0.0/16');
    assert.throws(
      () => chooseRanges({ file, take, podCidr: '10.50.0.0/16' }),
      (error: Error) =>
        error instanceof CommandError && /10\.50\.0\.0\/16 for pods are in use by somebody/.test(error.message),
    );
    const asked = { podCidr: '10.60.0.0/16', serviceCidr: '10.61.0.0/16' };
    assert.deepEqual(chooseRanges({ file, take, ...asked }), asked);
  });

  it('stay those of the first start', () => {
    const file = newFile();
    const first = chooseRanges({ file, take: takenBy('10.244.0.0/16') });
    assert.deepEqual(chooseRanges({ file, take: takenBy() }), first);
    assert.throws(
      () => chooseRanges({ file, serviceCidr: '10.1.0.0/16' }),
      /has had 10\.97\.0\.0\/16 since its first start/,
    );
    assert.throws(() => chooseRanges({ file, take: takenBy(first.podCidr) }), /in use by somebody/);
  });

  it('of pods and Services must not overlap', () => {
    assert.throws(
      () => chooseRanges({ file: newFile(), podCidr: '10.96.0.0/12' }),
      /overlap: choose another --pod-cidr/,
    );
  });

  it('run out with a word of what to do', () => {
    assert.throws(
      () => chooseRanges({ file: newFile(), take: () => 'somebody' }),
      /choose --pod-cidr and --service-cidr/,
    );
  });

  it('hold the node’s range and the addresses of Services', () => {
    assert.equal(firstNodeRange('10.244.0.0/16'), '10.244.0.0/24');
    assert.equal(addressIn('10.96.0.0/16', 10), '10.96.0.10');
  });
});
