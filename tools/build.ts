/**
 * `npm run build`: the published package's `dist/`, because Node strips no types below `node_modules`.
 *
 * Each entry is a bundle of our own sources that shares chunks with the others; what a source imports on demand stays a
 * chunk that is loaded on demand. Packages from npm stay imports. Beside it go the declarations that the entries need,
 * and the texts for `kubectl explain`.
 */
import { spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { build } from 'esbuild';
import { PackageDescriptions, packDescriptions, packedName } from '../src/drivers/descriptions/index.ts';

const root = join(import.meta.dirname, '..');
const dist = join(root, 'dist');

/** What bin/sampan.js runs, what package.json exports, and the thread that the store starts by its file's name. */
const entries: Readonly<Record<string, string>> = {
  cli: 'src/cli/main.ts',
  testing: 'src/testing/index.ts',
  'journal-worker': 'src/drivers/sqlite/journal-worker.ts',
};

/** Folders of src/ whose index.ts a user imports: its declarations, as `tsc -b` writes them folder by folder. */
const declarations: readonly string[] = ['testing'];

async function bundle(): Promise<void> {
  await build({
    absWorkingDir: root,
    entryPoints: entries,
    outdir: dist,
    chunkNames: 'chunks/[name]-[hash]',
    bundle: true,
    splitting: true,
    packages: 'external',
    platform: 'node',
    format: 'esm',
    target: 'node26',
    logLevel: 'warning',
  });
}

/** Copies a declaration and all that it imports; TypeScript finds `./a.d.ts` where a declaration says `./a.ts`. */
function copyDeclarations(): void {
  const tsc = [
    join(root, 'node_modules/typescript/bin/tsc'),
    '-b',
    ...declarations.map(name => join(root, 'src', name)),
  ];
  if (spawnSync(process.execPath, tsc, { stdio: 'inherit' }).status !== 0) throw new Error('tsc -b: no declarations');
  const types = join(root, '.cache/types');
  const waiting = declarations.map(name => join(types, name, 'index.d.ts'));
  const seen = new Set(waiting);
  for (const file of waiting) {
    const target = join(dist, 'types', relative(types, file));
    mkdirSync(dirname(target), { recursive: true });
    cpSync(file, target);
    for (const imported of findImports(file).filter(path => !seen.has(path))) {
      seen.add(imported);
      waiting.push(imported);
    }
  }
}

function findImports(file: string): string[] {
  const specifiers = readFileSync(file, 'utf8').matchAll(/(?:from|import\()\s*['"](\.[^'"]+)\.ts['"]/g);
  return [...specifiers].map(([, path = '']) => join(dirname(file), `${path}.d.ts`));
}

const absent = Object.values(entries).filter(entry => !existsSync(join(root, entry)));
if (absent.length > 0) throw new Error(`cannot build without ${absent.join(', ')}`);
rmSync(dist, { recursive: true, force: true });
await bundle();
copyDeclarations();
writeFileSync(join(dist, packedName), packDescriptions(new PackageDescriptions()));
