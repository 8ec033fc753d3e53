import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { VirtualWorld } from '../../world/index.ts';
import type { UserInfo } from '../core-contract.ts';
import { parseQuery } from '../http/query.ts';
import { readRequestInfo } from '../http/request-info.ts';
import { allocateSeats } from './allocate-seats.ts';
import { suggestedFlowSchemas, suggestedPriorityLevels } from './bootstrap-objects.ts';
import { FlowControl } from './flow-control.ts';
import { dealHand } from './shuffle-sharding.ts';

const admin: UserInfo = { username: 'admin', groups: ['system:masters', 'system:authenticated'] };
const alice: UserInfo = { username: 'alice', groups: ['dev', 'system:authenticated'] };
const node: UserInfo = { username: 'system:node:n', groups: ['system:nodes', 'system:authenticated'] };
const robot: UserInfo = {
  username: 'system:serviceaccount:kube-system:robot',
  groups: ['system:serviceaccounts', 'system:serviceaccounts:kube-system', 'system:authenticated'],
};
const nobody: UserInfo = { username: 'x', groups: [] };

function setUp(seats = 600, count = 0) {
  const world = new VirtualWorld({ seed: 1, drainMicrotasks: () => new Promise(done => setImmediate(done)) });
  const flow = new FlowControl({ clock: world.clock, seats, sizes: () => ({ count, averageBytes: 2000 }) });
  flow.configure(suggestedPriorityLevels, suggestedFlowSchemas);
  const start = (user: UserInfo, method: string, url: string) => {
    const [path = '', text = ''] = url.split('?');
    const query = parseQuery(text);
    return flow.start(readRequestInfo(method, path, query)!, user, query, world.clock.monotonic());
  };
  return { world, flow, start };
}

describe('classification', () => {
  const cases: readonly (readonly [UserInfo, string, string, string])[] = [
    [admin, 'GET', '/api/v1/pods', 'exempt'],
    [alice, 'GET', '/healthz', 'probes'],
    [alice, 'GET', '/readyz/etcd', 'probes'],
    [alice, 'POST', '/healthz', 'global-default'],
    [alice, 'GET', '/api/v1/namespaces/default/pods', 'global-default'],
    [node, 'PUT', '/apis/coordination.k8s.io/v1/namespaces/kube-node-lease/leases/n', 'system-node-high'],
    [node, 'PATCH', '/api/v1/nodes/n/status', 'system-node-high'],
    [node, 'GET', '/api/v1/nodes/n/proxy', 'system-nodes'],
    [node, 'GET', '/apis/coordination.k8s.io/v1/leases', 'system-nodes'],
    [robot, 'PUT', '/apis/coordination.k8s.io/v1/namespaces/kube-system/leases/x', 'system-leader-election'],
    [robot, 'DELETE', '/apis/coordination.k8s.io/v1/namespaces/kube-system/leases/x', 'kube-system-service-accounts'],
    [nobody, 'GET', '/api/v1/pods', 'catch-all'],
  ];
  for (const [user, method, path, schema] of cases) {
    test(`${user.username} ${method} ${path} belongs to ${schema}`, () => {
      assert.equal(setUp().start(user, method, path).flowClass.name, schema);
    });
  }

  test('passes over a schema whose level is missing', () => {
    const { flow, start } = setUp();
    flow.configure(
      suggestedPriorityLevels.filter(level => level.metadata.name !== 'global-default'),
      suggestedFlowSchemas,
    );
    assert.equal(start(alice, 'GET', '/api/v1/pods').flowClass.name, 'catch-all');
  });
});

describe('seats', () => {
  test('are divided as kube-apiserver divides its 600', () => {
    const { flow } = setUp();
    const limits = [...flow.levels.values()].map(level => [
      level.name,
      level.nominalSeats,
      level.lowerSeats,
      level.upperSeats,
    ]);
    assert.deepEqual(
      limits,
      [
        ['catch-all', 13, 13, 613],
        ['exempt', 0, 0, 600],
        ['system', 74, 50, 674],
        ['node-high', 98, 73, 698],
        ['leader-election', 25, 25, 625],
        ['workload-high', 98, 49, 698],
        ['workload-low', 245, 24, 845],
        ['global-default', 49, 24, 649],
      ]
        .map(row => row)
        .sort((a, b) => order(flow, a[0]) - order(flow, b[0])),
    );
  });

  test('are lent to the level that needs them, and given back', async () => {
    const { world, flow, start } = setUp();
    const before = flow.levels.get('global-default')!.currentSeats;
    const running = Array.from({ length: 400 }, () => start(alice, 'GET', '/api/v1/pods'));
    await world.advance(60_000);
    const during = flow.levels.get('global-default')!.currentSeats;
    assert.ok(during > before + 20, `${before} became ${during}`);
    for (const request of running) if (request.state === 'executing') flow.finish(request, world.clock.monotonic());
    flow.stop();
  });

  test('of a list depend on how much it reads', () => {
    const { start } = setUp(600, 200);
    assert.equal(start(alice, 'GET', '/api/v1/pods').seatsMax, 4);
    assert.equal(start(alice, 'GET', '/api/v1/pods?limit=50').seatsMax, 1);
    assert.equal(start(alice, 'GET', '/api/v1/pods?fieldSelector=metadata.name%3Dx').seatsMax, 1);
    assert.equal(start(alice, 'GET', '/api/v1/pods?watch=1&resourceVersion=7').seatsMax, 1);
    assert.equal(start(alice, 'GET', '/api/v1/pods?watch=1').seatsMax, 4);
    // The widest that this level allows.
    assert.equal(setUp(600, 100_000).start(alice, 'GET', '/api/v1/pods').seatsMax, 8);
  });

  test('of a write depend on how many watch', () => {
    const { flow, start } = setUp();
    const query = parseQuery('watch=1');
    const info = readRequestInfo('GET', '/api/v1/configmaps', query)!;
    const forget = Array.from({ length: 40 }, () => flow.estimator.watches.add(info, query));
    assert.deepEqual(start(alice, 'POST', '/api/v1/namespaces/a/configmaps').work, {
      seats: 1,
      finalSeats: 4,
      lingerMs: 5,
    });
    for (const one of forget) one();
    assert.equal(start(alice, 'POST', '/api/v1/namespaces/a/configmaps').seatsMax, 1);
  });

  test('are allocated within bounds, in one proportion, and all of them', () => {
    const claim = fc
      .record({ min: fc.nat(50), more: fc.nat(100), wish: fc.nat(100) })
      .map(({ min, more, wish }) => ({ min, max: min + more, target: min + wish }));
    fc.assert(
      fc.property(fc.array(claim, { minLength: 1, maxLength: 8 }), fc.nat(600), (claims, total) => {
        const allocation = allocateSeats(total, claims);
        const sum = (pick: (one: (typeof claims)[number]) => number): number =>
          claims.reduce((all, one) => all + pick(one), 0);
        const isPossible = sum(one => one.min) <= total && total <= sum(one => one.max);
        assert.equal(allocation !== undefined, isPossible);
        if (allocation === undefined) return;
        assert.ok(Math.abs(allocation.seats.reduce((a, b) => a + b, 0) - total) < 1e-3);
        for (const [i, seats] of allocation.seats.entries()) {
          const { min, max, target } = claims[i]!;
          assert.ok(seats >= min && seats <= max);
          const fair: number = allocation.fairFraction * Math.max(target, 0.001);
          assert.ok(Math.abs(seats - Math.max(min, Math.min(max, fair))) < 1e-6);
        }
      }),
    );
  });
});

describe('too many requests', () => {
  test('wait for a quarter of their time, then are refused', async () => {
    const { world, flow, start } = setUp(60);
    const all = Array.from({ length: 30 }, () => start(alice, 'GET', '/api/v1/pods'));
    const waiting = all.filter(request => request.state === 'waiting');
    assert.ok(waiting.length > 0);
    const outcome = Promise.all(waiting.map(request => flow.wait(request, 15_000, undefined)));
    await world.advance(15_001);
    const admitted = (await outcome).filter(isAdmitted => isAdmitted).length;
    // What was lent meanwhile let some of them through.
    assert.equal(waiting.filter(request => request.state === 'rejected').length, waiting.length - admitted);
    flow.stop();
  });

  test('tell clients to stay away for longer and longer', async () => {
    const { world, flow, start } = setUp(600);
    flow.configure(suggestedPriorityLevels, []);
    const level = flow.levels.get('catch-all')!;
    assert.equal(level.retryAfter.seconds, 1);
    for (let second = 0; second < 12; second++) {
      for (let i = 0; i < 40; i++) start(alice, 'GET', '/api/v1/pods');
      await world.advance(1000);
    }
    assert.ok(level.retryAfter.seconds >= 4, String(level.retryAfter.seconds));
    flow.stop();
  });
});

test('a hand holds different queues, the same for the same flow', () => {
  fc.assert(
    fc.property(fc.string(), fc.integer({ min: 8, max: 512 }), fc.integer({ min: 1, max: 6 }), (flow, size, count) => {
      const hand = dealHand(flow, size, count);
      assert.deepEqual(dealHand(flow, size, count), hand);
      assert.equal(new Set(hand).size, count);
      assert.ok(hand.every(card => card >= 0 && card < size));
    }),
  );
});

function order(flow: FlowControl, name: unknown): number {
  return [...flow.levels.keys()].indexOf(name as string);
}
