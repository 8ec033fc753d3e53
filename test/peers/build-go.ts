import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { peersCache } from './build-programs.ts';
import { runGo } from './run-go.ts';

/** Our own programs in Go, in `go/`: what they hold is built each time that it has changed. */
export type OwnProgram = 'client' | 'operator';

/** Resolves to where the program lies. */
export async function buildOwnProgram(name: OwnProgram): Promise<string> {
  const path = join(peersCache, 'bin', `sampan-${name}`);
  mkdirSync(join(peersCache, 'bin'), { recursive: true });
  await runGo(join(import.meta.dirname, 'go'), ['build', '-trimpath', '-o', path, `./${name}`]);
  return path;
}
