import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { formatFieldError } from '../../machinery/index.ts';
import { formatStandard, readPodSecurityPolicy } from './pod-security-policy.ts';

function read(labels: Record<string, string>): Record<string, string> {
  const qualified = Object.entries(labels).map(([key, value]) => [`pod-security.kubernetes.io/${key}`, value]);
  const { policy, errors } = readPodSecurityPolicy(Object.fromEntries(qualified));
  const { enforce, audit, warn } = policy;
  return {
    demands: [enforce, audit, warn].map(formatStandard).join(' '),
    ...(errors.length === 0 ? {} : { errors: errors.map(formatFieldError).join(', ') }),
  };
}

const free = 'privileged:latest';

describe('the labels of a namespace', () => {
  test('demand nothing by default', () => {
    assert.deepEqual(read({}), { demands: `${free} ${free} ${free}` });
    assert.equal(readPodSecurityPolicy(undefined).errors.length, 0);
  });

  test('warn by what they enforce unless they say otherwise', () => {
    assert.deepEqual(read({ enforce: 'baseline', 'enforce-version': 'v1.30' }), {
      demands: `baseline:v1.30 ${free} baseline:v1.30`,
    });
    assert.deepEqual(read({ enforce: 'baseline', warn: 'privileged' }), { demands: `baseline:latest ${free} ${free}` });
    assert.deepEqual(read({ enforce: 'restricted', 'warn-version': 'v1.20', audit: 'baseline' }), {
      demands: 'restricted:latest baseline:latest restricted:v1.20',
    });
  });

  test('that make no sense fail closed where they enforce, and open elsewhere', () => {
    assert.deepEqual(read({ enforce: 'x', audit: 'y', 'warn-version': 'v2' }), {
      demands: `restricted:latest ${free} ${free}`,
      errors:
        'metadata.labels[pod-security.kubernetes.io/enforce]: Invalid value: "x": must be one of privileged, baseline, restricted, ' +
        'metadata.labels[pod-security.kubernetes.io/audit]: Invalid value: "y": must be one of privileged, baseline, restricted, ' +
        'metadata.labels[pod-security.kubernetes.io/warn-version]: Invalid value: "v2": must be "latest" or "v1.x"',
    });
  });
});
