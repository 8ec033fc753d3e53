import { crc32 } from 'node:zlib';
import type { VersionRecord } from '../../storage/index.ts';

/** A version's row number tells its revision and its place in the transaction, so rows are in the order of history. */
export const positionsPerRevision = 4096;

export function idOf(revision: number, position: number): number {
  return revision * positionsPerRevision + position;
}

/** What shows whether a row is what was once written there. */
export function checksumOf(id: number, value: string | null): number {
  return crc32(value ?? '', id >>> 0);
}

/** One row of the table `versions`, without its value. */
export type VersionHead = readonly [
  id: number,
  key: string,
  created: number,
  version: number,
  lease: number | null,
  crc: number,
  /** The value's length in bytes; null when the key was deleted. */
  size: number | null,
];

/** Undefined when the row is not what was once written. */
export function readVersion(head: VersionHead, value: string | null): VersionRecord | undefined {
  const [id, key, createRevision, version, lease, crc] = head;
  if (checksumOf(id, value) !== crc) return undefined;
  const revision = Math.floor(id / positionsPerRevision);
  const text = value ?? undefined;
  return { type: 'version', key, revision, createRevision, version, lease: lease ?? undefined, text };
}
