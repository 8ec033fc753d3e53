import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { runGo } from './run-go.ts';

/** Makes `folder` a Go module that depends on `module` (`k8s.io/kubernetes@v1.36.0`), unless it is one already. */
export async function writeModule(folder: string, module: string): Promise<void> {
  if (existsSync(join(folder, 'go.mod'))) return;
  mkdirSync(folder, { recursive: true });
  // Keeps Go from taking the module for an empty one.
  writeFileSync(join(folder, 'peers.go'), 'package peers\n');
  if (module.startsWith('k8s.io/kubernetes@')) await writeKubernetesModule(folder, module);
  else await writePlainModule(folder, module);
}

async function writePlainModule(folder: string, module: string): Promise<void> {
  writeFileSync(join(folder, 'go.mod'), 'module sampan.invalid/peers\n\ngo 1.26.0\n');
  await runGo(folder, ['get', module]);
}

/**
 * Kubernetes' own module replaces its libraries by folders that are not part of it; here they are the libraries as
 * published, whose versions have 0 for the major.
 */
async function writeKubernetesModule(folder: string, module: string): Promise<void> {
  const version = module.split('@v')[1]!;
  const { GoMod } = JSON.parse(await runGo(folder, ['mod', 'download', '-json', module])) as { GoMod: string };
  const upstream = readFileSync(GoMod, 'utf8');
  const libraries = [...upstream.matchAll(/^\s*(k8s\.io\/\S+) => \.\/staging/gm)].map(match => match[1]!);
  const libraryVersion = `v${version.replace(/^1/, '0')}`;
  const lines = [
    'module sampan.invalid/peers',
    /^go .*$/m.exec(upstream)?.[0] ?? 'go 1.26.0',
    /^godebug .*$/m.exec(upstream)?.[0] ?? '',
    `require k8s.io/kubernetes v${version}`,
    ...libraries.map(library => `replace ${library} => ${library} ${libraryVersion}`),
  ];
  writeFileSync(join(folder, 'go.mod'), `${lines.join('\n\n')}\n`);
}
