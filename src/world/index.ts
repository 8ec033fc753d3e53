/**
 * The ports through which everything outside `drivers/` reaches the outside: time, chance, background work and logs.
 *
 * A component is given a `World` and nothing else that could differ between two runs. In the real world the ports are
 * Node's (see `drivers/node-world.ts`); in the virtual world they all derive from one seed and one queue of timers
 * (`virtual-world.ts`), so the same seed gives the same run.
 *
 * Start reading at `world.ts`.
 */
export type { AbortSignalLike, Clock, Timer } from './clock.ts';
export { sleepOn } from './clock.ts';
export type { Log, LogFields, LogLevel, LogRecord } from './log.ts';
export { createLog, discardLog } from './log.ts';
export type { Random } from './random.ts';
export { createSeededRandom, hashText, randomFromWords } from './random.ts';
export type { Tasks } from './tasks.ts';
export { TrackedTasks } from './tasks.ts';
export { formatMicroTime, formatTime, parseTime } from './time-text.ts';
export { VirtualWorld, type VirtualWorldOptions } from './virtual-world.ts';
export { formatDuration, type World } from './world.ts';
