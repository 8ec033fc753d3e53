import { randomBytes, randomFillSync } from 'node:crypto';
import { type Random, randomFromWords } from '../../world/index.ts';

/** One call to the system's generator costs as much as four hundred words out of a pool. */
const pool = new Uint32Array(1024);
let next = pool.length;

function drawWord(): number {
  if (next === pool.length) {
    randomFillSync(pool);
    next = 0;
  }
  const word = pool[next]!;
  // What was given out must not be found in memory later: keys are made of it.
  pool[next++] = 0;
  return word;
}

/** Chance that nobody can foresee. All streams are the same: there is nothing to keep apart. */
export function createNodeRandom(): Random {
  const random: Random = {
    ...randomFromWords(drawWord, () => random),
    bytes: length => randomBytes(length),
  };
  return random;
}
