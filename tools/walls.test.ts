/** The folders' tsconfig.json files are walls: here each kind of breach is tried, and the order is proven. */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { after, test } from 'node:test';

const root = join(import.meta.dirname, '..');

/** Imports point only to the left; folders of one group never import each other. */
const order: readonly (readonly string[])[] = [
  ['world'],
  ['machinery'],
  ['api'],
  ['storage', 'client'],
  ['apiserver'],
  ['scheduling'],
  ['controllers', 'scheduler', 'node', 'simnodes', 'network'],
  ['cluster'],
  ['simulation'],
  ['drivers'],
  ['testing'],
  ['cli'],
];

/** Folders where the outside is: only they may see Node's types. */
const outside = new Set(['drivers', 'testing', 'cli']);

interface FolderConfig {
  readonly compilerOptions: { readonly types?: readonly string[]; readonly lib?: readonly string[] };
  readonly references?: readonly { readonly path: string }[];
}

const folders = readdirSync(join(root, 'src'));
const rank = new Map(order.flatMap((group, place) => group.map(name => [name, place] as const)));

function readConfig(folder: string): FolderConfig {
  return JSON.parse(readFileSync(join(root, 'src', folder, 'tsconfig.json'), 'utf8')) as FolderConfig;
}

test('every folder of src has its place in the order', () => {
  assert.deepEqual(
    folders.filter(folder => !rank.has(folder)),
    [],
  );
});

test('a folder refers only to folders before it', () => {
  for (const folder of folders) {
    for (const { path } of readConfig(folder).references ?? []) {
      const target = basename(path);
      assert.ok((rank.get(target) ?? Number.NaN) < (rank.get(folder) ?? Number.NaN), `${folder} refers to ${target}`);
    }
  }
});

test('only drivers, testing and cli see the types of Node, and no core folder widens lib', () => {
  for (const folder of folders.filter(name => !outside.has(name))) {
    const { types, lib } = readConfig(folder).compilerOptions;
    assert.deepEqual([types ?? [], lib ?? []], [[], []], folder);
  }
});

/** A copy of the walls with one line of code a folder, so that only the walls are judged. */
const copy = mkdtempSync(join(tmpdir(), 'sampan-walls-'));
after(() => rmSync(copy, { recursive: true, force: true }));
cpSync(join(root, 'tsconfig.base.json'), join(copy, 'tsconfig.base.json'));
writeFileSync(join(copy, 'package.json'), '{ "type": "module" }\n');
for (const folder of folders) {
  mkdirSync(join(copy, 'src', folder), { recursive: true });
  cpSync(join(root, 'src', folder, 'tsconfig.json'), join(copy, 'src', folder, 'tsconfig.json'));
  writeFileSync(join(copy, 'src', folder, 'index.ts'), `export const ${folder}Name: string = '${folder}';\n`);
}

/** What the type checker says when `folder` holds `text`; empty when it is content. */
function compile(folder: string, text: string): string {
  const file = join(copy, 'src', folder, 'attempt.ts');
  writeFileSync(file, text);
  const tsc = join(root, 'node_modules/typescript/bin/tsc');
  const { stdout } = spawnSync(process.execPath, [tsc, '-b', `src/${folder}`], { cwd: copy, encoding: 'utf8' });
  rmSync(file);
  return stdout;
}

test('the compiler lets a declared import through', () => {
  assert.equal(compile('apiserver', "export { machineryName as a } from '../machinery/index.ts';\n"), '');
});

test('the compiler rejects an undeclared import, even of a type', () => {
  const upward = "export { apiserverName as a } from '../apiserver/index.ts';\n";
  assert.match(compile('machinery', upward), /error TS6059|error TS6307/);
  const sideways = "import { schedulerName } from '../scheduler/index.ts';\nexport type A = typeof schedulerName;\n";
  assert.match(compile('node', sideways), /error TS6059|error TS6307/);
});

test('the compiler knows no timer, process, request or Node module in the core', () => {
  assert.match(compile('machinery', 'export const a = setTimeout(() => 1, 2);\n'), /Cannot find name 'setTimeout'/);
  assert.match(compile('machinery', 'export const a = process.pid;\n'), /Cannot find name 'process'/);
  assert.match(compile('machinery', "export const a = fetch('b');\n"), /Cannot find name 'fetch'/);
  assert.match(
    compile('machinery', "export { readFileSync as a } from 'node:fs';\n"),
    /error TS2591|error TS2307|TS2882/,
  );
});

test('the compiler rejects what Node cannot run by stripping types', () => {
  assert.match(compile('machinery', 'export enum A {\n  B,\n}\n'), /error TS1294/);
});
