/**
 * The only folder that sees Node and the operating system: one subfolder for each outside thing, each implementing ports
 * that the core declares. Nothing above `testing/` and `cli/` imports it.
 *
 * Import the subfolders themselves, so that a program loads no more than it uses. Start reading at `node-world.ts`.
 */
export { createNodeWorld, type NodeWorldOptions } from './node-world.ts';
