/**
 * The parts of the real `World`: clock, chance, and where log records are written. `../node-world.ts` puts them together.
 *
 * Start reading at `node-clock.ts`.
 */
export { createLogWriter, type LogFormat, type LogWriterOptions, logFormats, logLevels } from './log-writer.ts';
export { createMicrotaskDrain } from './microtask-drain.ts';
export { createNodeClock } from './node-clock.ts';
export { createNodeRandom } from './node-random.ts';
