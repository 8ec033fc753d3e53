/** `npm run simulate -- --nodes N --duration 24h --seed S`: a cluster's day in virtual time, and its digest. */
import { parseArgs } from 'node:util';
import { createMicrotaskDrain } from '../drivers/world/index.ts';
import { parseGoDuration } from '../machinery/index.ts';
import { Simulation } from '../simulation/index.ts';

const usage = 'usage: npm run simulate -- [--nodes N] [--duration 24h] [--seed S]';

function readDurationMs(text: string): number | undefined {
  const nanoseconds = parseGoDuration(text);
  return nanoseconds === undefined || nanoseconds <= 0 ? undefined : nanoseconds / 1e6;
}

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      nodes: { type: 'string', default: '100' },
      duration: { type: 'string', default: '24h' },
      seed: { type: 'string', default: '1' },
    },
  });
  const nodes = Number(values.nodes);
  const durationMs = readDurationMs(values.duration);
  if (!Number.isInteger(nodes) || nodes < 1) throw new Error(`--nodes wants a number of nodes, not "${values.nodes}"`);
  if (durationMs === undefined)
    throw new Error(`--duration wants something like 90s, 30m or 24h, not "${values.duration}"`);
  const simulation = new Simulation({ nodes, seed: values.seed, drainMicrotasks: createMicrotaskDrain() });
  const startedAt = performance.now();
  await simulation.start();
  const isTerminal = process.stderr.isTTY;
  await simulation.run(durationMs, doneMs => {
    if (!isTerminal) return;
    const speed = doneMs / (performance.now() - startedAt);
    process.stderr.write(
      `\r${(doneMs / 3600_000).toFixed(1)} h of ${values.duration}, ${speed.toFixed(0)} × real time `,
    );
  });
  const elapsedMs = performance.now() - startedAt;
  const report = await simulation.finish();
  if (isTerminal) process.stderr.write('\n');
  const speed = report.virtualMs / elapsedMs;
  process.stdout.write(
    [
      `${nodes} nodes for ${values.duration} in ${(elapsedMs / 1000).toFixed(1)} s: ${speed.toFixed(0)} × real time`,
      `${report.writes} writes, ${report.timers} timers, ${report.pods} pods at the end`,
      `${report.rollouts} rollouts, ${report.scalings} scalings, ${report.jobs} jobs, ${report.nodeFailures} node failures`,
      `digest: ${report.digest}`,
      '',
    ].join('\n'),
  );
}

try {
  await main();
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n${usage}\n`);
  process.exitCode = 1;
}
