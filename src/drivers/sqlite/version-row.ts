import { crc32 } from 'node:zlib';
import type { VersionRecord } from '../../storage/index.ts';

/** A version's row number tells its revision and its place in the transaction, so rows are in the order of history. */
export const positionsPerRevision = 4096;

export function idOf(revision: number, position: number): number {
  return revision * positionsPerRevision + position;
}

/** One row of the table `versions`. */
export interface VersionRow {
  readonly id: number;
  readonly key: string;
  readonly created: number;
  readonly version: number;
  readonly lease: number | null;
  readonly crc: number;
  /** Null: the key was deleted. */
  readonly value: string | null;
}

/** Undefined when the row is not what was once written. */
export function readVersion({ id, key, created, version, lease, crc, value }: VersionRow): VersionRecord | undefined {
  if (crc32(value ?? '', crc32(key)) !== crc) return undefined;
  const revision = Math.floor(id / positionsPerRevision);
  return {
    type: 'version',
    key,
    revision,
    createRevision: created,
    version,
    lease: lease ?? undefined,
    text: value ?? undefined,
  };
}
