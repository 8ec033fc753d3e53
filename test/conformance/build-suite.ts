import { spawn } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';

const version = '1.36.0';
const kubernetes = `k8s.io/kubernetes@v${version}`;

/** The programs of upstream that the command needs, each built once. */
export interface Suite {
  readonly e2e: string;
  readonly ginkgo: string;
  readonly kubectl: string;
}

/**
 * Builds upstream's suite, the runner that it is written for and kubectl from their Go modules, under `cache`. Takes ten
 * minutes or more the first time, with low priority; nothing when the programs are there.
 */
export async function buildSuite(cache: string): Promise<Suite> {
  const suite = {
    e2e: join(cache, 'bin/e2e.test'),
    ginkgo: join(cache, 'bin/ginkgo'),
    kubectl: join(cache, 'bin/kubectl'),
  };
  if (Object.values(suite).every(program => existsSync(program))) return suite;
  console.log(`building upstream's suite of v${version}: this takes ten minutes or more`);
  const module = join(cache, 'suite');
  mkdirSync(module, { recursive: true });
  mkdirSync(join(cache, 'bin'), { recursive: true });
  await writeModule(module);
  await build(module, ['build'], 'github.com/onsi/ginkgo/v2/ginkgo', suite.ginkgo);
  await build(module, ['test', '-c'], 'k8s.io/kubernetes/test/e2e', suite.e2e);
  await build(module, ['build'], 'k8s.io/kubernetes/cmd/kubectl', suite.kubectl);
  return suite;
}

/**
 * A module that depends on Kubernetes'. Upstream's own replaces its libraries by folders that are not part of it; here
 * they are the libraries as published, whose versions have 0 for the major.
 */
async function writeModule(folder: string): Promise<void> {
  const { GoMod } = JSON.parse(await run(folder, ['mod', 'download', '-json', kubernetes])) as { GoMod: string };
  const upstream = readFileSync(GoMod, 'utf8');
  const libraries = [...upstream.matchAll(/^\s*(k8s\.io\/\S+) => \.\/staging/gm)].map(match => match[1]!);
  const libraryVersion = `v${version.replace(/^1/, '0')}`;
  const lines = [
    'module sampan.invalid/conformance',
    /^go .*$/m.exec(upstream)?.[0] ?? 'go 1.26.0',
    /^godebug .*$/m.exec(upstream)?.[0] ?? '',
    `require k8s.io/kubernetes v${version}`,
    ...libraries.map(library => `replace ${library} => ${library} ${libraryVersion}`),
  ];
  writeFileSync(join(folder, 'go.mod'), `${lines.join('\n\n')}\n`);
  // Keeps Go from taking the module for an empty one.
  writeFileSync(join(folder, 'conformance.go'), 'package conformance\n');
}

async function build(folder: string, command: readonly string[], what: string, program: string): Promise<void> {
  if (existsSync(program)) return;
  console.log(`building ${what}`);
  const stamp = 'k8s.io/component-base/version';
  const [, major, minor] = /^(\d+)\.(\d+)/.exec(version)!;
  const stamps = { gitVersion: `v${version}`, gitMajor: major, gitMinor: minor, gitTreeState: 'clean' };
  const flags = Object.entries(stamps).map(([name, value]) => `-X ${stamp}.${name}=${value}`);
  const unfinished = `${program}.part`;
  const args = ['-p', String(availableParallelism()), '-trimpath', '-ldflags', `-s -w ${flags.join(' ')}`];
  await run(folder, [...command, ...args, '-o', unfinished, what]);
  renameSync(unfinished, program);
}

/** Runs Go with the lowest priority; resolves to what it prints, rejects with what it complains of. */
function run(folder: string, args: readonly string[]): Promise<string> {
  const env = { ...process.env, GOFLAGS: '-mod=mod -buildvcs=false', CGO_ENABLED: '0', GOWORK: 'off' };
  return new Promise((resolve, reject) => {
    const child = spawn('nice', ['-n', '19', 'go', ...args], { cwd: folder, env, stdio: ['ignore', 'pipe', 'pipe'] });
    let output = '';
    let complaints = '';
    child.stdout.on('data', (chunk: Buffer) => {
      output += chunk;
    });
    child.stderr.on('data', (chunk: Buffer) => {
      complaints += chunk;
    });
    child.on('error', error => reject(new Error(`cannot run go, which this command needs: ${error.message}`)));
    child.on('close', code => {
      if (code === 0) resolve(output);
      else reject(new Error(`go ${args[0]} ended with ${code}:\n${complaints}`));
    });
  });
}
