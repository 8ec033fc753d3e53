import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { VirtualWorld } from '../../world/index.ts';
import { FlowClass } from './flow-class.ts';
import { FlowCounters } from './flow-counters.ts';
import { FlowRequest } from './flow-request.ts';
import { PriorityLevel } from './priority-level.ts';
import type { Queuing } from './queue-set.ts';

/** One level under load in virtual time; each request takes as long as it is told. */
class Bench {
  readonly world = new VirtualWorld({ seed: 1, drainMicrotasks: () => new Promise(done => setImmediate(done)) });
  readonly level: PriorityLevel;
  readonly flowClass: FlowClass;
  readonly started: string[] = [];

  constructor(seats: number, queuing?: Queuing) {
    const limitResponse = queuing === undefined ? { type: 'Reject' } : { type: 'Queue', queuing };
    this.level = new PriorityLevel(
      { metadata: { name: 'level' }, spec: { type: 'Limited', limited: { limitResponse } } },
      this.world.clock,
    );
    this.level.enforce(seats);
    const schema = { metadata: { name: 's' }, spec: { priorityLevelConfiguration: { name: 'level' }, rules: [] } };
    this.flowClass = new FlowClass(schema, this.level, new FlowCounters());
  }

  request(name: string, hand: readonly number[], durationMs: number, seats = 1, lingerMs = 0): FlowRequest {
    const { clock } = this.world;
    const work = { seats, finalSeats: lingerMs > 0 ? seats : 0, lingerMs };
    const request = new FlowRequest(this.flowClass, name, false, clock.monotonic(), work, undefined);
    const run = (): void => {
      this.started.push(name);
      clock.after(durationMs, () => this.level.queues.finish(request, clock.monotonic()));
    };
    this.level.queues.start(request, hand, clock.monotonic());
    if (request.state === 'executing') run();
    else if (request.state === 'waiting') request.onDecided = isAdmitted => isAdmitted && run();
    return request;
  }

  pass(ms: number): Promise<void> {
    return this.world.advance(ms);
  }
}

const queuing = { queues: 8, handSize: 1, queueLengthLimit: 4 };

describe('a level without queues', () => {
  test('refuses what is beyond its limit and forgets what is done', async () => {
    const bench = new Bench(2);
    const states = [1, 2, 3].map(i => bench.request(`r${i}`, [], 100).state);
    assert.deepEqual(states, ['executing', 'executing', 'rejected']);
    await bench.pass(101);
    assert.equal(bench.request('later', [], 100).state, 'executing');
    assert.deepEqual([...bench.flowClass.counters.rejections], [['concurrency-limit', 1]]);
  });

  test('lets a request that is wider than the level run alone', async () => {
    const bench = new Bench(2);
    assert.equal(bench.request('wide', [], 100, 5).state, 'executing');
    assert.equal(bench.request('other', [], 100).state, 'rejected');
    await bench.pass(101);
    assert.equal(bench.request('other', [], 100).state, 'executing');
  });
});

describe('a level with queues', () => {
  test('lets requests wait and runs them when seats become free', async () => {
    const bench = new Bench(2, queuing);
    const states = [1, 2, 3, 4].map(i => bench.request(`r${i}`, [0], 100).state);
    assert.deepEqual(states, ['executing', 'executing', 'waiting', 'waiting']);
    await bench.pass(101);
    assert.deepEqual(bench.started, ['r1', 'r2', 'r3', 'r4']);
    assert.equal(bench.level.queues.waiting, 0);
    await bench.pass(101);
    assert.ok(bench.level.queues.isIdle);
    assert.equal(bench.level.queues.seatsInUse, 0);
  });

  test('refuses what does not fit into the queue', () => {
    const bench = new Bench(1, queuing);
    const states = Array.from({ length: 6 }, (_, i) => bench.request(`r${i}`, [3], 100).state);
    assert.deepEqual(states, ['executing', 'waiting', 'waiting', 'waiting', 'waiting', 'rejected']);
    assert.deepEqual([...bench.flowClass.counters.rejections], [['queue-full', 1]]);
  });

  test('serves a flow that asks rarely before the backlog of one that floods', async () => {
    const bench = new Bench(1, { ...queuing, queueLengthLimit: 50 });
    for (let i = 0; i < 20; i++) bench.request(`flood-${i}`, [0], 10);
    await bench.pass(35);
    bench.request('rare', [1], 10);
    await bench.pass(1000);
    const place = bench.started.indexOf('rare');
    assert.ok(place <= 5, `the rare request came ${place + 1}th`);
    assert.equal(bench.started.length, 21);
  });

  test('shares seats between busy flows by the work that they have got, not by their requests', async () => {
    const bench = new Bench(1, { ...queuing, queueLengthLimit: 100 });
    for (let i = 0; i < 60; i++) bench.request(`slow-${i}`, [0], 30);
    for (let i = 0; i < 60; i++) bench.request(`quick-${i}`, [1], 10);
    await bench.pass(1200);
    const slow = bench.started.filter(name => name.startsWith('slow')).length;
    const quick = bench.started.length - slow;
    assert.ok(Math.abs(quick / slow - 3) < 0.5, `${quick} quick and ${slow} slow ones`);
  });

  test('gives back no seat before the watchers have been told', async () => {
    const bench = new Bench(2, queuing);
    bench.request('write', [0], 10, 2, 50);
    bench.request('next', [1], 10);
    await bench.pass(30);
    assert.deepEqual(bench.started, ['write']);
    await bench.pass(40);
    assert.deepEqual(bench.started, ['write', 'next']);
  });

  test('takes out a request that has waited too long, and serves the others', async () => {
    const bench = new Bench(1, queuing);
    bench.request('first', [0], 100);
    const second = bench.request('second', [0], 100);
    bench.request('third', [0], 100);
    assert.equal(bench.level.queues.cancel(second), true);
    assert.equal(second.state, 'rejected');
    assert.equal(bench.level.queues.cancel(second), false);
    await bench.pass(101);
    assert.deepEqual(bench.started, ['first', 'third']);
    await bench.pass(101);
    assert.ok(bench.level.queues.isIdle);
  });

  test('runs what waits when its limit grows', () => {
    const bench = new Bench(1, queuing);
    for (let i = 0; i < 4; i++) bench.request(`r${i}`, [0], 100);
    bench.level.enforce(3);
    assert.equal(bench.level.queues.executing, 3);
  });
});
