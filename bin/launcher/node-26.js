// @ts-check
/**
 * Runs a program on Node 26, whatever Node started us: in this very process when it is new enough, else in the Node
 * that the npm package `node` brought. Runs on Node 20.
 */
import { spawn } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import module, { createRequire } from 'node:module';
import { constants } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

const needed = 26;

/** Whether the Node that runs this file can run Sampan itself. */
export const isNewEnough = Number(process.versions.node.split('.')[0]) >= needed;

/**
 * The binary that the npm package `node` brought.
 * @param {string} root folder of Sampan's package.json
 * @returns {string | undefined} undefined when the package, or its binary, is not there
 */
export function findNode26(root) {
  const binary = process.platform === 'win32' ? 'bin/node.exe' : 'bin/node';
  const nearest = join(root, 'node_modules/node', binary);
  if (existsSync(nearest)) return nearest;
  try {
    const hoisted = createRequire(join(root, 'package.json')).resolve(`node/${binary}`);
    return existsSync(hoisted) ? hoisted : undefined;
  } catch {
    return undefined; // the package itself is not installed
  }
}

/**
 * Runs `program` with `args` and ends this process as the program ends: same exit code, same signal.
 * @param {string} root folder of Sampan's package.json
 * @param {string} program absolute path of a module
 * @param {string[]} args
 * @param {string} cache folder for Node's compile cache
 * @returns {Promise<void>}
 */
export async function runOnNode26(root, program, args, cache) {
  if (isNewEnough) {
    await runHere(program, args, cache);
    return;
  }
  const node = findNode26(root);
  if (node === undefined) {
    console.error(
      `sampan: needs Node ${needed}, this is ${process.version}, and the npm package "node" brought none ` +
        '(its install script did not run): npm rebuild node --allow-scripts=node',
    );
    process.exit(1);
  }
  const child = spawn(node, [join(import.meta.dirname, 'enter.js'), cache, program, ...args], { stdio: 'inherit' });
  forwardSignals(child);
  child.on('error', error => {
    console.error(`sampan: cannot start ${node}: ${error.message}`);
    process.exit(1);
  });
  child.on('exit', (code, signal) => endAs(code, signal));
}

/**
 * Makes this process, which is a Node 26, run `program` as if it had been started with it.
 * @param {string} program absolute path of a module
 * @param {string[]} args
 * @param {string} cache folder for Node's compile cache
 * @returns {Promise<void>}
 */
export async function runHere(program, args, cache) {
  process.argv = [process.execPath, program, ...args];
  dropRepeatedInterrupts();
  module.enableCompileCache?.(cache);
  await import(pathToFileURL(program).href);
}

/**
 * A terminal sends Ctrl-C to npm and to its script, and npm sends it to the script once more, as may whoever signals our
 * whole process group: one press must not look like two, because the second means "at once". Node binds `process.emit`
 * when a program begins to listen.
 */
function dropRepeatedInterrupts() {
  const emit = process.emit;
  let lastMs = Number.NEGATIVE_INFINITY;
  process.emit = /** @type {typeof process.emit} */ (
    (/** @type {string} */ name, /** @type {any[]} */ ...rest) => {
      if (name === 'SIGINT') {
        const nowMs = performance.now();
        if (nowMs - lastMs < 300) return true;
        lastMs = nowMs;
      }
      return Reflect.apply(emit, process, [name, ...rest]);
    }
  );
}

/**
 * The child shares our process group, so a terminal's Ctrl-C reaches it without us; a signal sent to this process alone
 * does not. (npm sends its script the terminal's signal a second time, which ends here.)
 * @param {import('node:child_process').ChildProcess} child
 */
function forwardSignals(child) {
  process.on('SIGINT', () => {
    if (!isTerminalForeground()) child.kill('SIGINT');
  });
  process.on('SIGTERM', () => child.kill('SIGTERM'));
  if (process.platform !== 'win32') process.on('SIGHUP', () => child.kill('SIGHUP'));
}

/** Whether our process group is the one that a terminal sends Ctrl-C to. */
function isTerminalForeground() {
  try {
    // proc(5): after the command's closing bracket come state, ppid, pgrp, session, tty_nr, tpgid.
    const fields = readFileSync('/proc/self/stat', 'utf8')
      .replace(/^.*\) /s, '')
      .split(' ');
    return fields[2] === fields[5];
  } catch {
    return process.stdin.isTTY === true; // no /proc: not Linux
  }
}

/**
 * @param {number | null} code
 * @param {NodeJS.Signals | null} signal
 */
function endAs(code, signal) {
  if (signal === null) process.exit(code ?? 1);
  for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.removeAllListeners(name);
  process.kill(process.pid, signal);
  // Some signals do not end a process (or not at once): then say it with the shell's exit code.
  setTimeout(() => process.exit(128 + constants.signals[signal]), 100);
}
