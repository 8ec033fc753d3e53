import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { CpuRates } from './cpu-rates.ts';
import { formatMetrics } from './metrics-text.ts';
import { readInterfaces } from './read-interfaces.ts';
import { readLogOptions } from './read-log-options.ts';
import { formatResourceMetrics } from './resource-metrics.ts';
import type { Summary } from './summary.ts';

const time = '2026-11-20T12:00:00Z';
const filesystem = { time };

const summary: Summary = {
  node: {
    nodeName: 'n',
    startTime: time,
    cpu: { time, usageCoreNanoSeconds: 2_500_000_000 },
    memory: { time, workingSetBytes: 4096 },
    fs: filesystem,
    runtime: { imageFs: filesystem, containerFs: filesystem },
    rlimit: { time, maxpid: 1, curproc: 1 },
  },
  pods: [
    {
      podRef: { name: 'p', namespace: 'a', uid: 'u' },
      startTime: time,
      memory: { time, workingSetBytes: 10 },
      'ephemeral-storage': filesystem,
      containers: [
        { name: 'c', startTime: time, cpu: { time, usageCoreNanoSeconds: 1e9 }, rootfs: filesystem, logs: filesystem },
      ],
    },
  ],
};

describe('a rate of CPU time', () => {
  test('is told from the second reading on', () => {
    const rates = new CpuRates();
    const read = (at: number, usageCoreNanoSeconds: number) => {
      const rate = rates.rate('a', { at, usageCoreNanoSeconds });
      rates.endRound();
      return rate;
    };
    assert.equal(read(1000, 5e9), undefined);
    assert.equal(read(3000, 6e9), 5e8);
    // Too close to the reading before: that one counts on.
    assert.equal(read(3050, 6.1e9), undefined);
    assert.equal(read(4000, 7e9), 1e9);
    // A container of the same name that has begun anew.
    assert.equal(read(6000, 1), undefined);
  });

  test('is forgotten with what it was of', () => {
    const rates = new CpuRates();
    rates.rate('a', { at: 0, usageCoreNanoSeconds: 0 });
    rates.endRound();
    rates.endRound();
    assert.equal(rates.rate('a', { at: 1000, usageCoreNanoSeconds: 1 }), undefined);
  });
});

test('interfaces are read without loopback, the default one first', () => {
  const text = [
    'Inter-|   Receive                                                |  Transmit',
    ' face |bytes    packets errs drop fifo frame compressed multicast|bytes    packets errs drop fifo colls carrier compressed',
    '    lo:     100       1    0    0    0     0          0         0      100       1    0    0    0     0       0          0',
    '  cni0: 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16',
    '  eth0:    2000      20    7    0    0     0          0         0     3000      30    9    0    0     0       0          0',
  ].join('\n');
  assert.deepEqual(readInterfaces(text, 'eth0'), [
    { name: 'eth0', receivedBytes: 2000, receiveErrors: 7, sentBytes: 3000, sendErrors: 9 },
    { name: 'cni0', receivedBytes: 1, receiveErrors: 3, sentBytes: 9, sendErrors: 11 },
  ]);
});

test('usage is told as the metrics server reads it', () => {
  const at = Date.parse(time);
  assert.equal(
    formatResourceMetrics(summary),
    [
      '# HELP container_cpu_usage_seconds_total [STABLE] Cumulative cpu time consumed by the container in core-seconds',
      '# TYPE container_cpu_usage_seconds_total counter',
      `container_cpu_usage_seconds_total{container="c",namespace="a",pod="p"} 1 ${at}`,
      '# HELP container_start_time_seconds [STABLE] Start time of the container since unix epoch in seconds',
      '# TYPE container_start_time_seconds gauge',
      `container_start_time_seconds{container="c",namespace="a",pod="p"} ${at / 1000}`,
      '# HELP node_cpu_usage_seconds_total [STABLE] Cumulative cpu time consumed by the node in core-seconds',
      '# TYPE node_cpu_usage_seconds_total counter',
      `node_cpu_usage_seconds_total 2.5 ${at}`,
      '# HELP node_memory_working_set_bytes [STABLE] Current working set of the node in bytes',
      '# TYPE node_memory_working_set_bytes gauge',
      `node_memory_working_set_bytes 4096 ${at}`,
      '# HELP pod_memory_working_set_bytes [STABLE] Current working set of the pod in bytes',
      '# TYPE pod_memory_working_set_bytes gauge',
      `pod_memory_working_set_bytes{namespace="a",pod="p"} 10 ${at}`,
      '# HELP resource_scrape_error [STABLE] 1 if there was an error while getting container metrics, 0 otherwise',
      '# TYPE resource_scrape_error gauge',
      'resource_scrape_error 0',
      '',
    ].join('\n'),
  );
});

test('labels are escaped', () => {
  const text = formatMetrics([
    { name: 'a', help: 'h', type: 'gauge', samples: [{ labels: { b: 'x"\\\n' }, value: 1 }] },
  ]);
  assert.equal(text.split('\n')[2], String.raw`a{b="x\"\\\n"} 1`);
});

test('options of a log are read from its query', () => {
  assert.deepEqual(readLogOptions('follow=true&tailLines=5&previous=false&sinceTime=2026-01-01T00%3A00%3A00Z', 'c'), {
    container: 'c',
    follow: true,
    previous: false,
    timestamps: false,
    sinceSeconds: undefined,
    sinceTime: '2026-01-01T00:00:00Z',
    tailLines: 5,
    limitBytes: undefined,
  });
});
