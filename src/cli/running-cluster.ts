import { rmSync } from 'node:fs';
import { readIfPresent, writePrivateFile } from '../drivers/tls/index.ts';
import { CommandError } from './command-error.ts';
import type { DataDirectory } from './data-directory.ts';

/** What other commands must know of a cluster that runs. */
export interface RunningCluster {
  readonly pid: number;
  readonly version: string;
  /** `https://127.0.0.1:6443` */
  readonly server: string;
  readonly kubeconfig: string;
  /** `real`, `simulated:100` or `none`. */
  readonly nodes: string;
  /** Absent without a real node. */
  readonly containerdSocket?: string | undefined;
}

export function noteRunning(directory: DataDirectory, cluster: RunningCluster): void {
  writePrivateFile(directory.running, `${JSON.stringify(cluster, undefined, 2)}\n`);
}

export function forgetRunning(directory: DataDirectory): void {
  rmSync(directory.running, { force: true });
}

/** The cluster of a data directory, if its process lives: a kill leaves the note behind. */
export function findRunning(directory: DataDirectory): RunningCluster | undefined {
  const text = readIfPresent(directory.running);
  if (text === undefined) return undefined;
  const cluster = JSON.parse(text) as RunningCluster;
  return isProcess(cluster.pid) ? cluster : undefined;
}

export function requireRunning(directory: DataDirectory): RunningCluster {
  const cluster = findRunning(directory);
  if (cluster !== undefined) return cluster;
  throw new CommandError(
    `no cluster runs with the data directory ${directory.root}: start one with sampan up or sampan server, or name its --data-dir`,
  );
}

function isProcess(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}
