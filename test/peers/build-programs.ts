import { existsSync, mkdirSync, renameSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { type Program, type ProgramName, programOf } from './programs.ts';
import { runGo } from './run-go.ts';
import { writeModule } from './write-module.ts';

/** Where what is built lies, shared by every command that needs it. */
export const peersCache = join(import.meta.dirname, '../../.cache/conformance');

/**
 * Builds programs of upstream from their Go modules, those that are not there yet, and resolves to where they lie. All of
 * them take half an hour the first time, with low priority, and say how far they are; a build that was interrupted goes
 * on where it stopped.
 */
export async function buildPrograms<const Name extends ProgramName>(
  names: readonly Name[],
  cache: string = peersCache,
): Promise<Readonly<Record<Name, string>>> {
  const pathOf = (name: Name): string => join(cache, 'bin', name);
  const missing = names.filter(name => !existsSync(pathOf(name)));
  for (const [index, name] of missing.entries()) {
    const program = programOf(name);
    console.log(`building ${name} of ${program.module}: ${index + 1} of ${missing.length}, a minute or several`);
    const startedMs = performance.now();
    await build(cache, program, pathOf(name));
    console.log(`built ${name} in ${((performance.now() - startedMs) / 1000).toFixed(0)} s`);
  }
  return Object.fromEntries(names.map(name => [name, pathOf(name)])) as Record<Name, string>;
}

async function build(cache: string, program: Program, path: string): Promise<void> {
  const folder = join(cache, program.folder);
  mkdirSync(join(cache, 'bin'), { recursive: true });
  await writeModule(folder, program.module);
  const command = program.isTest === true ? ['test', '-c'] : ['build'];
  const args = ['-p', String(availableParallelism()), '-trimpath', '-ldflags', `-s -w ${stamps(program).join(' ')}`];
  // Whole or not at all: whoever finds the file under its own name can run it.
  const unfinished = `${path}.${process.pid}.part`;
  await runGo(folder, [...command, ...args, '-o', unfinished, program.package]);
  renameSync(unfinished, path);
}

/** What Kubernetes' own build writes into its programs, for them to say which version they are. */
function stamps({ module }: Program): readonly string[] {
  const match = /^k8s\.io\/kubernetes@v((\d+)\.(\d+).*)$/.exec(module);
  if (match === null) return [];
  const [, version, gitMajor, gitMinor] = match;
  const values = { gitVersion: `v${version}`, gitMajor, gitMinor, gitTreeState: 'clean' };
  return Object.entries(values).map(([name, value]) => `-X k8s.io/component-base/version.${name}=${value}`);
}
