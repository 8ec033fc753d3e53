import assert from 'node:assert/strict';
import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { after, describe, test } from 'node:test';

const root = join(import.meta.dirname, '../..');
const folder = mkdtempSync(join(tmpdir(), 'sampan-launcher-'));
after(() => rmSync(folder, { recursive: true, force: true }));

/** The first Node on the PATH that is too old for Sampan: the launcher must serve it too. */
const oldNode = (process.env.PATH ?? '')
  .split(delimiter)
  .map(place => join(place, 'node'))
  .find(
    path => existsSync(path) && !/^v(2[6-9]|[3-9]\d)\./.test(execFileSync(path, ['--version'], { encoding: 'utf8' })),
  );

const launchers = [
  { name: 'Node 26', node: process.execPath, skip: false },
  { name: 'an older Node', node: oldNode ?? '', skip: oldNode === undefined ? 'no older Node on the PATH' : false },
];

/** Runs `program` through the launcher, as `npm start` does. */
function launch(node: string, program: string, args: readonly string[]): ChildProcess {
  const file = join(folder, 'program.ts');
  writeFileSync(file, program);
  const module = JSON.stringify(join(root, 'bin/launcher/node-26.js'));
  const start = join(folder, 'start.mjs');
  const call = `runOnNode26(${JSON.stringify(root)}, ${JSON.stringify(file)}, process.argv.slice(2), ${JSON.stringify(folder)})`;
  writeFileSync(start, `import { runOnNode26 } from ${module};\nawait ${call};\n`);
  return spawn(node, [start, ...args], { detached: true, stdio: ['ignore', 'pipe', 'inherit'] });
}

async function finish(child: ChildProcess, output: { text: string }): Promise<[number | null, NodeJS.Signals | null]> {
  child.stdout?.setEncoding('utf8').on('data', chunk => {
    output.text += chunk;
  });
  return (await once(child, 'close')) as [number | null, NodeJS.Signals | null];
}

const waiting = `
let count: number = 0;
process.on('SIGINT', () => {
  console.log('interrupt', ++count);
  setTimeout(() => process.exit(5), 200);
});
setInterval(() => {}, 1000);
console.log('waiting');`;

for (const { name, node, skip } of launchers) {
  describe(`started by ${name}`, { skip }, () => {
    test('the program runs on Node 26 with its arguments, and its exit code is ours', async () => {
      const program = 'console.log(process.version, process.argv.slice(2).join());\nprocess.exitCode = 7;';
      const output = { text: '' };
      const [code] = await finish(launch(node, program, ['up', '--port', '1']), output);
      assert.match(output.text, /^v26\..* up,--port,1\n$/);
      assert.equal(code, 7);
    });

    test('a signal that ends the program ends us', async () => {
      const [, signal] = await finish(launch(node, "process.kill(process.pid, 'SIGKILL');", []), { text: '' });
      assert.equal(signal, 'SIGKILL');
    });

    for (const target of ['process', 'group'] as const) {
      test(`an interrupt of the ${target} arrives once`, async () => {
        const child = launch(node, waiting, []);
        const output = { text: '' };
        const end = finish(child, output);
        while (!output.text.includes('waiting')) await new Promise(resolve => setTimeout(resolve, 10));
        process.kill(target === 'group' ? -(child.pid ?? 0) : (child.pid ?? 0), 'SIGINT');
        assert.deepEqual(await end, [5, null]);
        assert.equal(output.text, 'waiting\ninterrupt 1\n');
      });
    }
  });
}

describe('npm packages', () => {
  const lock = {
    packages: {
      '': {},
      'node_modules/a': { version: '1.0.0' },
      'node_modules/b': { version: '2.0.0', optional: true },
    },
  };

  async function isStale(locked: object, installed: object | undefined): Promise<boolean> {
    const place = mkdtempSync(join(folder, 'packages-'));
    writeFileSync(join(place, 'package-lock.json'), JSON.stringify(locked));
    if (installed !== undefined) {
      mkdirSync(join(place, 'node_modules'));
      writeFileSync(join(place, 'node_modules/.package-lock.json'), JSON.stringify(installed));
    }
    const { isNpmStale } = await import('./npm-packages.js');
    return isNpmStale(place);
  }

  test('are stale when none is installed, one is missing or has another version', async () => {
    assert.equal(await isStale(lock, undefined), true);
    assert.equal(await isStale(lock, { packages: {} }), true);
    assert.equal(await isStale(lock, { packages: { 'node_modules/a': { version: '0.9.0' } } }), true);
  });

  test("are up to date without another platform's optional package", async () => {
    assert.equal(await isStale(lock, { packages: { 'node_modules/a': { version: '1.0.0' } } }), false);
  });
});

test('only real pods need the machine', async () => {
  const { needsMachine } = await import('../../bin/launcher/machine.js');
  assert.equal(needsMachine([]), true);
  assert.equal(needsMachine(['--nodes', 'simulated:100']), false);
  assert.equal(needsMachine(['--nodes=simulated:3', '--port', '1']), false);
  assert.equal(needsMachine(['--help']), false);
});
