// @ts-check
/**
 * The parts that Sampan drives and does not bring: which of them this machine lacks. Looks for files only, because it
 * runs at every start.
 */
import { closeSync, existsSync, openSync, readSync } from 'node:fs';
import { delimiter, join } from 'node:path';

/**
 * @typedef {object} Part
 * @property {string} name what a person looks for
 * @property {string} debianPackage
 * @property {() => boolean} isThere
 */

const cluster = [
  binary('containerd', 'containerd'),
  binary('runc', 'runc'),
  part(
    'CNI plugins',
    'containernetworking-plugins',
    () => existsSync('/usr/lib/cni/bridge') || existsSync('/opt/cni/bin/bridge'),
  ),
  binary('nft', 'nftables'),
  binary('ip', 'iproute2'),
  binary('conntrack', 'conntrack'),
  binary('tini', 'tini'),
  part('static busybox', 'busybox-static', isBusyboxStatic),
  binary('mount', 'mount'),
  binary('nsenter', 'util-linux'),
  part('CA certificates', 'ca-certificates', () => existsSync('/etc/ssl/certs/ca-certificates.crt')),
];

const tests = [
  ...cluster,
  binary('kubectl', 'kubernetes-client'),
  binary('etcd', 'etcd-server'),
  binary('etcdctl', 'etcd-client'),
  binary('curl', 'curl'),
];

/**
 * Brings what is missing for real pods, or for the tests that use real parts; when nothing is, it costs some file
 * look-ups.
 * @param {'cluster' | 'tests'} purpose
 * @param {string[]} args what the command was given
 * @returns {Promise<void>} never fails: whoever needs a part that could not be brought says so itself
 */
export async function prepareMachine(purpose, args) {
  if (purpose === 'cluster' && !needsMachine(args)) return;
  const missing = (purpose === 'tests' ? tests : cluster).filter(({ isThere }) => !isThere());
  if (missing.length === 0) return;
  const { provideParts } = await import('./debian.js');
  await provideParts(missing, purpose);
}

/**
 * Whether these arguments of `up` ask for real pods: help and simulated nodes need nothing but Node.
 * @param {string[]} args
 */
export function needsMachine(args) {
  const nodes = args.find((arg, index) => arg.startsWith('--nodes=') || args[index - 1] === '--nodes');
  const isSimulated = nodes?.replace('--nodes=', '').startsWith('simulated:');
  return !isSimulated && !args.includes('--help') && !args.includes('-h');
}

/**
 * @param {string} name
 * @param {string} debianPackage
 */
function binary(name, debianPackage) {
  return part(name, debianPackage, () => findBinary(name) !== undefined);
}

/**
 * @param {string} name
 * @param {string} debianPackage
 * @param {() => boolean} isThere
 * @returns {Part}
 */
function part(name, debianPackage, isThere) {
  return { name, debianPackage, isThere };
}

/**
 * @param {string} name
 * @returns {string | undefined}
 */
function findBinary(name) {
  // The system's own folders too: a PATH without sbin is common, and Sampan looks there itself.
  const folders = [...(process.env.PATH ?? '').split(delimiter), '/usr/sbin', '/usr/bin', '/sbin', '/bin'];
  return folders.map(folder => join(folder, name)).find(path => existsSync(path));
}

/** The image of a pod's sandbox is made of it, so it must need no library: a dynamic one names its loader up front. */
function isBusyboxStatic() {
  const path = findBinary('busybox');
  if (path === undefined) return false;
  const head = Buffer.alloc(4096);
  const file = openSync(path, 'r');
  readSync(file, head);
  closeSync(file);
  return !/ld-linux|ld-musl/.test(head.toString('latin1'));
}
