/**
 * `npm run bench [-- SUBJECT… [--FLAG…]]`: measures, and prints figures with their goal or the machine's own limit beside them. Each
 * subject is a program of its own, so that none warms up another.
 */
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';

const subjects: Readonly<Record<string, string>> = {
  start: 'from the command to the API answering and to the node Ready; idle footprint',
  api: 'durable creates, GETs, patches, LIST, watch fan-out and memory, beside the real kube-apiserver and etcd (Go)',
  store: 'the store by itself',
  'lease-renewal': 'the commonest write there is',
  pods: 'pods on containerd, beside bare CRI calls (root)',
  'service-rules': '10,000 Services in nftables (root)',
  testing: 'a cluster inside a test',
  simulation: 'virtual time',
};

function main(args: readonly string[]): number {
  const flags = args.filter(arg => arg.startsWith('--'));
  const wanted = args.filter(arg => !arg.startsWith('--'));
  const unknown = wanted.filter(name => !(name in subjects));
  if (unknown.length > 0) {
    process.stderr.write(`no such subject: ${unknown.join(', ')}\n`);
    for (const [name, what] of Object.entries(subjects)) process.stderr.write(`  ${name.padEnd(14)} ${what}\n`);
    return 2;
  }
  let failed = 0;
  for (const name of wanted.length === 0 ? Object.keys(subjects) : wanted) {
    process.stdout.write(`\n== ${name}: ${subjects[name]}\n`);
    const file = join(import.meta.dirname, `${name}.ts`);
    const { status } = spawnSync(process.execPath, [file, ...flags], { stdio: 'inherit' });
    if (status !== 0) failed++;
  }
  return failed === 0 ? 0 : 1;
}

process.exitCode = main(process.argv.slice(2));
