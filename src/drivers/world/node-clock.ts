import { performance } from 'node:perf_hooks';
import { type Clock, sleepOn } from '../../world/index.ts';

/** Longer delays overflow Node's timers, which would then fire at once. */
const delayMsMax = 2 ** 31 - 1;

/** The machine's clock. A program that waits for nothing else ends, however many timers are pending. */
export function createNodeClock(): Clock {
  const clock: Clock = {
    now: () => Date.now(),
    monotonic: () => performance.now(),
    after(delayMs, run) {
      if (delayMs <= delayMsMax) {
        const timer = setTimeout(run, delayMs).unref();
        return { cancel: () => clearTimeout(timer) };
      }
      let rest = clock.after(delayMsMax, () => {
        rest = clock.after(delayMs - delayMsMax, run);
      });
      return { cancel: () => rest.cancel() };
    },
    sleep: (delayMs, signal) => sleepOn(clock, delayMs, signal),
  };
  return clock;
}
