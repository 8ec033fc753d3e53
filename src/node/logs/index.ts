/**
 * Logs of containers: CRI's line format, what a reader sees of it, and rotation.
 *
 * Start reading at `read-log.ts`.
 */
export { type LogFormat, LogFormatter } from './log-formatter.ts';
export { type LogLine, padTimestamp, parseLogLine } from './log-line.ts';
export { LogRotator, type RunningLog } from './log-rotator.ts';
export { type LogReadOptions, readLog } from './read-log.ts';
