import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { readKubeconfig } from '../../src/drivers/tls/index.ts';
import { startKubeApiserver as startPeer } from '../../test/peers/start-kube-apiserver.ts';
import type { MeasuredServer } from './measured-server.ts';
import { RawClient } from './raw-client.ts';

/** Upstream's API server and its etcd: what one of Sampan's does takes both, so both count. */
export async function startKubeApiserver(): Promise<MeasuredServer> {
  const peer = await startPeer();
  const admin = await readKubeconfig(peer.kubeconfig);
  const { certificateAuthority: ca = '', clientCertificate: cert = '', clientKey: key = '' } = admin;
  const connection = { port: Number(new URL(peer.server).port), ca, cert, key };
  await createDefaultAccount(connection);
  const pids = Object.values(peer.processes).map(({ pid }) => pid);
  const sum = (read: (pid: number) => number): number => pids.map(read).reduce((total, each) => total + each, 0);
  return {
    name: 'kube-apiserver + etcd',
    connection,
    cpuMicros: async () => sum(readCpuMicros),
    rssBytes: async () => sum(readRssBytes),
    stop: async () => peer[Symbol.asyncDispose](),
  };
}

/** There is no controller manager that would give the namespace the account that its pods need. */
async function createDefaultAccount(connection: MeasuredServer['connection']): Promise<void> {
  const client = await RawClient.open(connection);
  const account = { apiVersion: 'v1', kind: 'ServiceAccount', metadata: { name: 'default' } };
  await client.request('POST', '/api/v1/namespaces/default/serviceaccounts', JSON.stringify(account));
  client.close();
}

const ticksPerSecond = Number(execFileSync('getconf', ['CLK_TCK'], { encoding: 'utf8' }));

/** User and system time, the 14th and 15th field of `/proc/PID/stat`; the second may hold blanks and ends with `)`. */
function readCpuMicros(pid: number): number {
  const text = readFileSync(`/proc/${pid}/stat`, 'utf8');
  const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
  return ((Number(fields[11]) + Number(fields[12])) / ticksPerSecond) * 1e6;
}

function readRssBytes(pid: number): number {
  const [, kibibytes] = /^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))!;
  return Number(kibibytes) * 1024;
}
