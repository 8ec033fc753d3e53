import { setImmediate as nextTurn, setTimeout as wait } from 'node:timers/promises';
import { createNodeWorld } from '../drivers/index.ts';
import { VirtualWorld, type World } from '../world/index.ts';

/** A world and the hand that moves its time. */
export interface TimeDriver {
  readonly world: World;
  advance(durationMs: number): Promise<void>;
  /** Lets time pass, at most `limitMs`, until the condition holds; returns whether it does. */
  advanceUntil(isReached: () => boolean, limitMs: number): Promise<boolean>;
}

export function virtualTime(seed: number | string): TimeDriver {
  const world = new VirtualWorld({ seed, drainMicrotasks: () => nextTurn() });
  return {
    world,
    advance: durationMs => world.advance(durationMs),
    advanceUntil: (isReached, limitMs) => world.advanceUntil(isReached, limitMs),
  };
}

const pollMs = 20;

export function realTime(): TimeDriver {
  const world = createNodeWorld();
  return {
    world,
    advance: durationMs => wait(durationMs),
    async advanceUntil(isReached, limitMs) {
      const end = world.clock.monotonic() + limitMs;
      while (!isReached()) {
        if (world.clock.monotonic() >= end) return false;
        await wait(pollMs);
      }
      return true;
    },
  };
}
