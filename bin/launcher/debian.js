// @ts-check
/** Installs what the machine lacks from Debian's packages; elsewhere says in a line what is missing and how to get it. */
import { existsSync, rmSync, writeFileSync } from 'node:fs';
import { showProgress } from './progress.js';
import { runCommand } from './run-command.js';

/** @typedef {import('./machine.js').Part} Part */

/**
 * Never fails: whoever needs the part says so itself when it is not there.
 * @param {Part[]} missing
 * @param {'cluster' | 'tests'} purpose
 * @returns {Promise<void>}
 */
export async function provideParts(missing, purpose) {
  const reason = whyNotHere();
  if (reason !== undefined) {
    sayMissing(missing, purpose, reason);
    return;
  }
  const packages = [...new Set(missing.map(({ debianPackage }) => debianPackage))];
  const output = await showProgress(`installing Debian packages ${packages.join(' ')}`, () => install(packages));
  const stillMissing = missing.filter(({ isThere }) => !isThere());
  if (stillMissing.length === 0) return;
  console.error(output.trimEnd());
  sayMissing(stillMissing, purpose, 'apt-get did not install it');
}

/** @returns {string | undefined} why Debian's packages cannot be installed; undefined when they can */
function whyNotHere() {
  if (!existsSync('/etc/debian_version') || !existsSync('/usr/bin/apt-get')) return 'not a Debian system';
  return process.getuid?.() === 0 ? undefined : 'not root';
}

/**
 * @param {Part[]} missing
 * @param {'cluster' | 'tests'} purpose
 * @param {string} reason
 */
function sayMissing(missing, purpose, reason) {
  const names = missing.map(({ name }) => name).join(', ');
  const packages = [...new Set(missing.map(({ debianPackage }) => debianPackage))].join(' ');
  const consequence = {
    cluster: 'Simulated nodes need none of it: --nodes simulated:3',
    tests: 'Tests that need it are skipped',
  };
  console.error(
    `sampan: missing ${purpose === 'cluster' ? 'for real pods' : 'for tests'}: ${names} (${reason}). ` +
      `On Debian as root: apt-get install --no-install-recommends ${packages}. ${consequence[purpose]}.`,
  );
}

/**
 * @param {string[]} packages
 * @returns {Promise<string>} what apt-get printed
 */
async function install(packages) {
  const startServices = holdServices();
  try {
    const update = await runAptGet(['update']);
    const all = await runAptGet(['install', '--yes', '--no-install-recommends', ...packages]);
    if (all.code === 0) return all.output;
    // One package that this release does not have must not cost the others.
    const outputs = [update.output, all.output];
    for (const name of packages) {
      outputs.push((await runAptGet(['install', '--yes', '--no-install-recommends', name])).output);
    }
    return outputs.join('');
  } finally {
    startServices();
  }
}

/** @param {string[]} args */
function runAptGet(args) {
  const options = ['-qq', '-o', 'Dpkg::Use-Pty=0', '-o', 'DPkg::Lock::Timeout=300'];
  return runCommand('apt-get', [...options, ...args], { env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' } });
}

/**
 * Debian's packages start what they install (containerd, etcd), and Sampan runs its own: Debian asks policy-rc.d first.
 * @returns {() => void} undoes it; a policy that was there before is left alone
 */
function holdServices() {
  const policy = '/usr/sbin/policy-rc.d';
  if (existsSync(policy)) return () => {};
  writeFileSync(policy, '#!/bin/sh\nexit 101\n', { mode: 0o755 });
  const undo = () => {
    rmSync(policy, { force: true });
    process.removeListener('exit', undo);
    process.removeListener('SIGINT', interrupt);
    process.removeListener('SIGTERM', interrupt);
  };
  const interrupt = () => process.exit(130);
  process.on('exit', undo);
  process.on('SIGINT', interrupt);
  process.on('SIGTERM', interrupt);
  return undo;
}
