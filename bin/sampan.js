#!/usr/bin/env node
// @ts-check
/**
 * The command `sampan`: in the repository it runs the sources, in the published package the bundle. Any Node from 20 on
 * may start it; Sampan itself runs on Node 26.
 */
import { existsSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { runOnNode26 } from './launcher/node-26.js';

const root = join(import.meta.dirname, '..');
const source = join(root, 'src/cli/main.ts');
const isRepository = existsSync(source);
const args = process.argv.slice(2);

if (args[0] === 'up') {
  const { prepareMachine } = await import('./launcher/machine.js');
  await prepareMachine('cluster', args);
}
const userCache =
  process.env.XDG_CACHE_HOME ??
  (process.platform === 'win32' ? process.env.LOCALAPPDATA : undefined) ??
  join(homedir(), '.cache');
const cache = isRepository ? join(root, '.cache/compiled') : join(userCache, 'sampan/compiled');
await runOnNode26(root, isRepository ? source : join(root, 'dist/cli.js'), args, cache);
