import type { Filesystem, MemoryFigures, ProcessFigures } from '../runtime/index.ts';

export type Pressure = 'MemoryPressure' | 'DiskPressure' | 'PIDPressure';

export interface PressureFigures {
  readonly memory: MemoryFigures;
  /** Of the node's root: volumes and logs. */
  readonly nodeFilesystem: Filesystem;
  readonly processes: ProcessFigures;
}

/** Kubernetes: the default hard eviction thresholds. */
export const memoryReserveBytes = 100 * 1024 * 1024;
export const diskReserveShare = 0.1;
const inodesReserveShare = 0.05;
/** Kubernetes: a pressure counts until it has been gone for this long. */
const transitionMs = 300_000;

/** Kubernetes: which thresholds are passed. */
export function findPressures({ memory, nodeFilesystem, processes }: PressureFigures): ReadonlySet<Pressure> {
  const found = new Set<Pressure>();
  if (memory.availableBytes < memoryReserveBytes) found.add('MemoryPressure');
  const { capacityBytes, availableBytes, inodes, inodesFree } = nodeFilesystem;
  const isFull = availableBytes < capacityBytes * diskReserveShare;
  if (isFull || (inodes > 0 && inodesFree < inodes * inodesReserveShare)) found.add('DiskPressure');
  if (processes.pidMax > 0 && processes.running >= processes.pidMax) found.add('PIDPressure');
  return found;
}

/** Remembers when each pressure was last felt. */
export class PressureMemory {
  readonly #lastFelt = new Map<Pressure, number>();

  feel(pressures: ReadonlySet<Pressure>, now: number): void {
    for (const pressure of pressures) this.#lastFelt.set(pressure, now);
  }

  isUnder(pressure: Pressure, now: number): boolean {
    const felt = this.#lastFelt.get(pressure);
    return felt !== undefined && now - felt < transitionMs;
  }
}
