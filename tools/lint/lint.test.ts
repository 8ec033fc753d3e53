/** Every ban that biome.json adds is broken here on purpose: a rule that never fires protects nothing. */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';

const root = join(import.meta.dirname, '../..');
const folder = mkdtempSync(join(tmpdir(), 'sampan-lint-'));
after(() => rmSync(folder, { recursive: true, force: true }));

/** What differs between two runs or two machines: banned in the core, allowed where the outside is. */
const outsideWorld: Record<string, string> = {
  'date-now': 'export const a = Date.now();',
  'date-now-unbound': 'export const a = Date.now;',
  'bare-date': 'export const a = new Date();',
  'bare-date-without-brackets': 'export const a = String(new Date);',
  'date-text': 'export const a = Date();',
  'math-random': 'export const a = Math.random();',
  'locale-compare': "export const a = ['b'].sort((x, y) => x.localeCompare(y));",
  'locale-compare-optional': "export const a = (x?: string) => x?.localeCompare('b', 'en');",
  'locale-case': "export const a = 'b'.toLocaleUpperCase();",
  intl: 'export const a = new Intl.Collator();',
};

/** The platform: banned in the core's sources, allowed in its tests. */
const platform: Record<string, string> = {
  'node-module': "import { readFileSync } from 'node:fs';\nexport const a = readFileSync;",
  timer: 'export const a = setTimeout(() => 1, 2);',
  environment: 'export const a = process.env;',
  console: "console.log('b');\nexport const a = 1;",
  hidden: 'export const a = globalThis;',
  request: "export const a = fetch('b');",
  bytes: "export const a = Buffer.from('b');",
  clone: 'export const a = structuredClone({});',
};

/** Shape: banned in all of src/. */
const shape: Record<string, string> = {
  'default-export': 'export default function a(): void {}',
  'export-all': "export * from './clock.ts';",
  'empty-catch': 'export const a = (): void => {\n  try {\n    a();\n  } catch {}\n};',
  'empty-named-catch':
    'export const a = (): void => {\n  try {\n    a();\n  } catch (_error) {\n  } finally {\n    a();\n  }\n};',
  CamelCase: 'export const a = 1;',
};

const innocent: Record<string, string> = {
  'date-of-a-time': 'export const a = (ms: number): string => new Date(ms).toISOString();',
  'seeded-chance': 'export const a = (random: { next(): number }): number => random.next();',
  'own-timer': 'export const a = (clock: { setTimeout(ms: number): void }): void => clock.setTimeout(1);',
  'reasoned-catch': 'export const a = (): void => {\n  try {\n    a();\n  } catch {\n    // the reason\n  }\n};',
};

function write(place: string, files: Record<string, string>, suffix = '.ts'): void {
  mkdirSync(join(folder, place), { recursive: true });
  for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, place, name + suffix), `${text}\n`);
}

cpSync(join(root, 'biome.json'), join(folder, 'biome.json'));
cpSync(join(root, 'tools/lint'), join(folder, 'tools/lint'), { recursive: true });
for (const place of ['src/machinery', 'src/node/runtime', 'src/drivers'])
  write(place, { ...outsideWorld, ...platform });
write('src/machinery', outsideWorld, '.test.ts');
write('src/machinery', platform, '.test.ts');
for (const place of ['src/machinery', 'src/cli']) write(place, shape);
write('src/machinery', innocent);

const biome = join(root, 'node_modules/@biomejs/biome/bin/biome');
const lint = [
  'lint',
  '--reporter=json',
  '--max-diagnostics=none',
  '--diagnostic-level=error',
  '--vcs-enabled=false',
  'src',
];
const { stdout, stderr } = spawnSync(process.execPath, [biome, ...lint], { cwd: folder, encoding: 'utf8' });
const rejected = new Set((JSON.parse(stdout) as Report).diagnostics.map(({ location }) => location.path));

interface Report {
  readonly diagnostics: readonly { readonly location: { readonly path: string } }[];
}

function assertRejected(place: string, files: Record<string, string>, suffix = '.ts'): void {
  for (const name of Object.keys(files)) {
    assert.ok(rejected.has(`${place}/${name}${suffix}`), `lint let ${place}/${name}${suffix} through\n${stderr}`);
  }
}

function assertAllowed(place: string, files: Record<string, string>, suffix = '.ts'): void {
  for (const name of Object.keys(files)) {
    assert.ok(!rejected.has(`${place}/${name}${suffix}`), `lint rejected ${place}/${name}${suffix}`);
  }
}

test('rejects clock, chance and locale in every folder of the core, tests included', () => {
  assertRejected('src/machinery', outsideWorld);
  assertRejected('src/node/runtime', outsideWorld);
  assertRejected('src/machinery', outsideWorld, '.test.ts');
});

test('rejects the platform in the core, and allows it in tests', () => {
  assertRejected('src/machinery', platform);
  assertRejected('src/node/runtime', platform);
  assertAllowed('src/machinery', platform, '.test.ts');
});

test('allows the outside world in drivers', () => {
  assertAllowed('src/drivers', { ...outsideWorld, ...platform });
});

test('rejects default exports, export-all, empty catches and other than kebab-case in all of src', () => {
  assertRejected('src/machinery', shape);
  assertRejected('src/cli', shape);
});

test('allows what only looks like a breach', () => {
  assertAllowed('src/machinery', innocent);
});
