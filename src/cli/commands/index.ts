/**
 * The commands: one file each, loaded when it is asked for, because most of what `sampan up` needs no other command
 * does. A command takes its arguments and resolves to the exit code.
 *
 * Start reading at `command.ts`; a new command is a file and a line in `command-list.ts`.
 */
export type { Command } from './command.ts';
export { findCommand, formatUsage } from './command-list.ts';
