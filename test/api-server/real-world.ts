import { randomBytes } from 'node:crypto';
import { performance } from 'node:perf_hooks';
import {
  type Clock,
  createLog,
  type LogRecord,
  type Random,
  randomFromWords,
  sleepOn,
  TrackedTasks,
  type World,
} from '../../src/world/index.ts';

/** A world on Node's own clock and chance, whose errors go to standard error. */
export function createRealWorld(): World {
  const clock: Clock = {
    now: () => Date.now(),
    monotonic: () => performance.now(),
    after: (delayMs, run) => {
      const timer = setTimeout(run, delayMs).unref();
      return { cancel: () => clearTimeout(timer) };
    },
    sleep: (delayMs, signal) => sleepOn(clock, delayMs, signal),
  };
  const log = createLog(printProblems, clock.now);
  return { clock, log, random: createRandom(), tasks: new TrackedTasks(log) };
}

function printProblems(record: LogRecord): void {
  if (record.level === 'error') console.error(record.component, record.message, record.fields);
}

function createRandom(): Random {
  return randomFromWords(() => randomBytes(4).readUInt32LE(), createRandom);
}
