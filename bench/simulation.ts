/**
 * How fast virtual time passes: a whole control plane over 1,000 simulated nodes that renew their Leases, with a day's
 * workload and all invariants. `--hours 24` runs the day of the goal; by default two hours, after the start and the first
 * ten minutes, when everything is placed at once.
 *
 * Goal: 1,440 × real time, a day in a minute; at least 500 ×. The limit is what a timer costs: a thousand nodes
 * heartbeating through nothing but a queue of timers passed a day in 13 s, 6,600 × real time.
 */
import { parseArgs } from 'node:util';
import { createMicrotaskDrain } from '../src/drivers/world/index.ts';
import { Simulation } from '../src/simulation/index.ts';

const goal = 1440;
const least = 500;
const limit = 6600;
const hourMs = 3600_000;
const settlingMs = 600_000;

export interface SimulationFigures {
  /** Virtual time by real time. */
  readonly speed: number;
  /** Virtual time by processor time, of all threads: what a machine without other work comes near to. */
  readonly speedByProcessor: number;
  readonly microsecondsPerWrite: number;
  readonly heapMiB: number;
}

export async function measure(nodes: number, hours: number): Promise<SimulationFigures> {
  const simulation = new Simulation({ nodes, seed: 7, drainMicrotasks: createMicrotaskDrain() });
  await simulation.start();
  await simulation.run(settlingMs);
  const startedAt = performance.now();
  const before = process.cpuUsage();
  await simulation.run(hours * hourMs);
  const realMs = performance.now() - startedAt;
  const { user, system } = process.cpuUsage(before);
  const { heapUsed } = process.memoryUsage();
  const { writes } = await simulation.finish();
  const processorMs = (user + system) / 1000;
  const share = (hours * hourMs) / (hours * hourMs + settlingMs);
  return {
    speed: (hours * hourMs) / realMs,
    speedByProcessor: (hours * hourMs) / processorMs,
    microsecondsPerWrite: (processorMs * 1000) / (writes * share),
    heapMiB: heapUsed / 2 ** 20,
  };
}

export async function run(hours = 2): Promise<void> {
  const { speed, speedByProcessor, microsecondsPerWrite, heapMiB } = await measure(1000, hours);
  process.stdout.write(
    [
      `1,000 nodes, ${hours} h: ${speed.toFixed(0)} × real time (goal ${goal}, at least ${least}; limit ${limit})`,
      `  ${speedByProcessor.toFixed(0)} × processor time, ${microsecondsPerWrite.toFixed(1)} µs a write with all that follows from it`,
      `  ${heapMiB.toFixed(0)} MiB of heap at the end`,
      '',
    ].join('\n'),
  );
}

if (import.meta.main) {
  const { values } = parseArgs({ options: { hours: { type: 'string', default: '2' } } });
  await run(Number(values.hours));
}
