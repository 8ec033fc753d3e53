import { createLog, type LogRecord, TrackedTasks, type World } from '../world/index.ts';
import { createNodeClock, createNodeRandom } from './world/index.ts';

export interface NodeWorldOptions {
  /** Where log records go; see `createLogWriter`. Default: nowhere. */
  readonly writeLog?: (record: LogRecord) => void;
}

/** The real world: the machine's clock, cryptographic chance, timers of Node's event loop. */
export function createNodeWorld(options: NodeWorldOptions = {}): World {
  const clock = createNodeClock();
  const log = createLog(options.writeLog ?? (() => {}), clock.now);
  return { clock, random: createNodeRandom(), tasks: new TrackedTasks(log), log };
}
