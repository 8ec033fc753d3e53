/** What `npm pack` makes of the repository, installed in an empty folder and used as a stranger would. */
import assert from 'node:assert/strict';
import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { promisify } from 'node:util';

const root = join(import.meta.dirname, '../..');
const run = promisify(execFile);

const isComplete = ['src/cli/main.ts', 'src/testing/index.ts'].every(path => existsSync(join(root, path)));

describe('the npm package', { skip: isComplete ? false : 'its entries do not exist yet' }, () => {
  const folder = mkdtempSync(join(tmpdir(), 'sampan-package-'));
  after(() => rmSync(folder, { recursive: true, force: true }));

  before(async () => {
    const { stdout } = await run('npm', ['pack', '--pack-destination', folder, '--json'], { cwd: root });
    const [{ filename = '', files = [] } = {}] = JSON.parse(stdout) as {
      filename: string;
      files: { path: string }[];
    }[];
    const strays = files
      .map(({ path }) => path)
      .filter(path => !/^(bin|dist)\/|^[A-Z]+(\.md)?$|^package\.json$/.test(path));
    assert.deepEqual(strays, [], 'the package holds more than it should');
    writeFileSync(join(folder, 'package.json'), '{ "type": "module", "private": true }\n');
    await run('npm', ['install', '--no-audit', '--no-fund', join(folder, filename)], { cwd: folder });
  });

  test('its command starts a cluster that stops cleanly', async () => {
    const dataDirectory = join(folder, 'data');
    const args = ['up', '--nodes', 'simulated:1', '--data-dir', dataDirectory, '--port', '26443'];
    const child = spawn('node_modules/.bin/sampan', args, { cwd: folder, stdio: ['ignore', 'pipe', 'inherit'] });
    try {
      await waitForLine(child, 'sampan is ready');
      assert.ok(existsSync(join(dataDirectory, 'admin.kubeconfig')));
      child.kill('SIGINT');
      assert.deepEqual(await once(child, 'exit'), [0, null]);
    } finally {
      child.kill('SIGKILL');
    }
  });

  test('a test imports createCluster from it, with its types', async () => {
    const program = `import { createCluster } from 'sampan/testing';
await using cluster = await createCluster({ nodes: 1, seed: 7 });
await cluster.settle();
`;
    mkdirSync(join(folder, 'example'));
    writeFileSync(join(folder, 'example/cluster.ts'), program);
    await run(process.execPath, ['example/cluster.ts'], { cwd: folder, timeout: 30_000 });
    const compilerOptions = {
      module: 'nodenext',
      target: 'esnext',
      strict: true,
      noEmit: true,
      types: [],
      skipLibCheck: true,
    };
    writeFileSync(join(folder, 'tsconfig.json'), JSON.stringify({ compilerOptions, files: ['example/cluster.ts'] }));
    await run(process.execPath, [join(root, 'node_modules/typescript/bin/tsc'), '-p', folder]);
  });

  test('its declarations are all there', () => {
    const entry = readFileSync(join(folder, 'node_modules/sampan/dist/types/testing/index.d.ts'), 'utf8');
    assert.match(entry, /createCluster/);
  });
});

/** Resolves when the program has printed the line; rejects when it ends before. */
function waitForLine(child: ChildProcess, line: string): Promise<void> {
  return new Promise((resolve, reject) => {
    let output = '';
    child.stdout?.setEncoding('utf8').on('data', chunk => {
      output += chunk;
      if (output.includes(line)) resolve();
    });
    child.on('exit', code => reject(new Error(`ended with ${code} before "${line}":\n${output}`)));
  });
}
