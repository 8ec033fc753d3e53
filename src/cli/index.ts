/**
 * The command line: each command turns arguments into requests and answers into text. `main.ts` is the entry.
 *
 * Start reading at `main.ts`; `simulate.ts` is a program of its own.
 */
export { parseDuration } from './duration.ts';
