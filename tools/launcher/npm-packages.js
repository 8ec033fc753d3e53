// @ts-check
/** Whether node_modules is what package-lock.json says, and making it so. */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { findNode26, isNewEnough } from '../../bin/launcher/node-26.js';
import { showProgress } from '../../bin/launcher/progress.js';
import { runCommand } from '../../bin/launcher/run-command.js';

/** @typedef {Record<string, { version?: string, optional?: boolean }>} Packages by their path below the root */

/**
 * Compares npm's own record of what it installed with the lock; an optional package may be absent (another platform's).
 * @param {string} root
 */
export function isNpmStale(root) {
  const locked = readPackages(join(root, 'package-lock.json'));
  const installed = readPackages(join(root, 'node_modules/.package-lock.json'));
  if (locked === undefined || installed === undefined) return true;
  for (const path in locked) {
    if (path === '') continue;
    const wanted = locked[path];
    const found = installed[path];
    if (found === undefined ? !wanted?.optional : found.version !== wanted?.version) return true;
  }
  return !isNewEnough && findNode26(root) === undefined;
}

/**
 * @param {string} root
 * @returns {Promise<void>} exits with npm's own words when it fails
 */
export async function installNpmPackages(root) {
  // npm ci begins by removing what is there, under the feet of a cluster that runs from it: only for the first time.
  const how = existsSync(join(root, 'node_modules')) ? ['install', '--no-save'] : ['ci'];
  const { code, output } = await showProgress('installing npm packages', () =>
    runCommand('npm', [...how, '--no-audit', '--no-fund', '--loglevel=error'], { cwd: root }),
  );
  if (code === 0) return;
  console.error(`npm ${how.join(' ')} failed with exit code ${code}:\n${output}`);
  process.exit(1);
}

/**
 * @param {string} file
 * @returns {Packages | undefined} undefined when the file is not there or damaged
 */
function readPackages(file) {
  try {
    return JSON.parse(readFileSync(file, 'utf8')).packages;
  } catch {
    return undefined;
  }
}
