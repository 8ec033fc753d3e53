// @ts-check
/**
 * What every npm script starts with: brings the set-up that a fresh clone still lacks, then runs the program on Node 26.
 *
 *     node tools/launch.js start|test|check|format|simulate|bench|conformance|fuzz|build [ARGS]
 *
 * Runs on Node 20 and imports nothing that an install would bring. When nothing is missing it costs a few milliseconds.
 */
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { runOnNode26 } from '../bin/launcher/node-26.js';
import { installNpmPackages, isNpmStale } from './launcher/npm-packages.js';

const root = fileURLToPath(new URL('..', import.meta.url));

/** @type {Record<string, { program: string[], machine?: 'cluster' | 'tests' }>} */
const commands = {
  start: { program: ['src/cli/main.ts', 'up'], machine: 'cluster' },
  test: { program: ['tools/test.ts'], machine: 'tests' },
  check: { program: ['tools/check.ts'] },
  simulate: { program: ['src/cli/simulate.ts'] },
  bench: { program: ['bench/run.ts'], machine: 'tests' },
  conformance: { program: ['test/conformance/run.ts'], machine: 'cluster' },
  clients: { program: ['test/peers/run-clients.ts'], machine: 'tests' },
  fuzz: { program: ['test/fuzz/run.ts'] },
  build: { program: ['tools/build.ts'] },
};

const [name = '', ...args] = process.argv.slice(2);
const command = commands[name];
if (command === undefined) {
  console.error(`launch: unknown command "${name}"; known: ${Object.keys(commands).join(', ')}`);
  process.exit(2);
}

if (isNpmStale(root)) await installNpmPackages(root);
if (command.machine !== undefined) {
  const { prepareMachine } = await import('../bin/launcher/machine.js');
  await prepareMachine(command.machine, args);
}
const [program = '', ...fixed] = command.program;
await runOnNode26(root, join(root, program), [...fixed, ...args], join(root, '.cache/compiled'));
