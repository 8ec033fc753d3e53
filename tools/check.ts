/**
 * `npm run check`: formatter and linter, type check, and the repository's own conventions, side by side.
 *
 * Exported as a function because `npm test` starts with it.
 */
import { spawn } from 'node:child_process';
import { join } from 'node:path';

const root = join(import.meta.dirname, '..');

const checks: { name: string; command: string; args: string[] }[] = [
  {
    name: 'format and lint',
    command: 'node_modules/@biomejs/biome/bin/biome',
    args: ['check', '--error-on-warnings', '--max-diagnostics=50'],
  },
  { name: 'types and walls', command: 'node_modules/typescript/bin/tsc', args: ['-b'] },
  { name: 'conventions', command: 'tools/check-conventions.ts', args: [] },
];

/** Prints a line a check, with its output when it fails; resolves to how many passed and failed. */
export async function runChecks(): Promise<{ passed: number; failed: number }> {
  const results = await Promise.all(
    checks.map(async ({ name, command, args }) => {
      const startedMs = performance.now();
      const { code, output } = await runNode([join(root, command), ...args]);
      const seconds = ((performance.now() - startedMs) / 1000).toFixed(1);
      console.log(`${code === 0 ? '✔' : '✖'} ${name} (${seconds} s)${code === 0 ? '' : `\n${output}`}`);
      return code === 0;
    }),
  );
  const passed = results.filter(Boolean).length;
  return { passed, failed: results.length - passed };
}

function runNode(args: string[]): Promise<{ code: number; output: string }> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, args, { cwd: root, stdio: ['ignore', 'pipe', 'pipe'] });
    let output = '';
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding('utf8').on('data', chunk => {
        output += chunk;
      });
    }
    child.on('error', reject);
    child.on('close', code => resolve({ code: code ?? 1, output }));
  });
}

// Not import.meta.main: on Node 26 the launcher imports this file instead of starting a process.
if (process.argv[1] === import.meta.filename) {
  const { failed } = await runChecks();
  process.exitCode = failed === 0 ? 0 : 1;
}
