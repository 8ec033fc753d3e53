/**
 * The repository checks itself: what Biome and the type checker cannot say. Run by `npm run check`, tested next door.
 *
 * A rule sees one file, or all paths, and answers with sentences; none means all is well.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { basename, dirname, join } from 'node:path';

/** A file of the repository: its path from the root with `/`, and its text. */
export interface SourceFile {
  readonly path: string;
  readonly text: string;
}

const root = join(import.meta.dirname, '..');

/** Names that giants hide behind: such a file holds more than one thing. */
const vagueName = /^(types|common|misc)$|(^|-)(utils?|helpers?|managers?)$/;

export function checkName({ path }: SourceFile): string[] {
  if (!path.startsWith('src/')) return [];
  const names = path.split('/').map(part => part.replace(/\..*$/, ''));
  return names.filter(name => vagueName.test(name)).map(name => `${path}: "${name}" says nothing; name the one thing`);
}

/** A committed path of the machine it was written on works nowhere else. */
export function checkMachinePaths({ path, text }: SourceFile, machinePaths: readonly string[]): string[] {
  return machinePaths.filter(banned => text.includes(banned)).map(banned => `${path}: holds this machine's ${banned}`);
}

export function checkPrivateKey({ path, text }: SourceFile): string[] {
  const hasKey = /-----BEGIN [A-Z ]*PRIVATE KEY-----\s+[A-Za-z0-9+/=]{40}/.test(text);
  return hasKey ? [`${path}: holds a private key`] : [];
}

/** Addresses in the lock would tie every install to the registry it was made with. */
export function checkLock({ path, text }: SourceFile): string[] {
  if (basename(path) !== 'package-lock.json' || !/"resolved": "(?!\.)/.test(text)) return [];
  return [`${path}: holds "resolved" addresses; .npmrc has omit-lockfile-registry-resolved`];
}

/** Every folder with sources begins with an index.ts that says what it owns. */
export function checkIndexes(files: readonly SourceFile[]): string[] {
  const indexes = new Map(
    files.filter(({ path }) => basename(path) === 'index.ts').map(file => [file.path, file.text]),
  );
  return [...foldersWithSources(files)].flatMap(folder => {
    const text = indexes.get(`${folder}/index.ts`);
    if (text === undefined) return [`${folder}: has no index.ts`];
    return /^\/\*\*\s/.test(text) ? [] : [`${folder}/index.ts: does not begin with a package comment`];
  });
}

function foldersWithSources(files: readonly SourceFile[]): Set<string> {
  const sources = files.filter(({ path }) => path.startsWith('src/') && isSource(path));
  return new Set(
    sources.map(({ path }) => dirname(path)).filter(folder => !/\/(generated|testdata)(\/|$)/.test(folder)),
  );
}

function isSource(path: string): boolean {
  return path.endsWith('.ts') && !path.endsWith('.test.ts') && !path.endsWith('.contract.ts');
}

export function findProblems(files: readonly SourceFile[], machinePaths: readonly string[]): string[] {
  return [
    ...files.flatMap(file => [
      ...checkName(file),
      ...checkMachinePaths(file, machinePaths),
      ...checkPrivateKey(file),
      ...checkLock(file),
    ]),
    ...checkIndexes(files),
  ];
}

/** What git ignores; read here because a copy of the repository needs neither git nor its folder. */
const ignored = /^(node_modules|\.git|\.cache|dist)$|\.(tgz|tsbuildinfo)$/;

export function readRepository(folder: string): SourceFile[] {
  return listFiles(folder, '').map(path => ({ path, text: readFileSync(join(folder, path), 'utf8') }));
}

function listFiles(folder: string, below: string): string[] {
  return readdirSync(join(folder, below), { withFileTypes: true })
    .filter(({ name }) => !ignored.test(name))
    .flatMap(entry => {
      const path = below === '' ? entry.name : `${below}/${entry.name}`;
      if (entry.isDirectory()) return listFiles(folder, path);
      return entry.isFile() ? [path] : [];
    });
}

/** The checkout itself, the folder around it and the home folder, where they are not names that every machine has. */
export function listMachinePaths(checkout: string, home: string): string[] {
  const everywhere = /^\/?$|^\/(root|tmp|home|opt|srv|app|workspace|builds|usr\/src|var\/tmp)$/;
  const around = dirname(checkout);
  return [checkout, ...[around, home].filter(path => !everywhere.test(path)).map(path => `${path}/`)];
}

if (import.meta.main) {
  const problems = findProblems(readRepository(root), listMachinePaths(root, homedir()));
  for (const problem of problems) console.error(problem);
  process.exitCode = problems.length === 0 ? 0 : 1;
}
