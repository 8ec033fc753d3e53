import { readFile } from 'node:fs/promises';

/** The number in a cgroup's file; undefined when there is no such file, or it says `max`. */
export async function readNumber(file: string): Promise<number | undefined> {
  const text = (await readFile(file, 'utf8').catch(() => '')).trim();
  return /^\d+$/.test(text) ? Number(text) : undefined;
}

/** A file of lines `name number`; empty when there is none. */
export async function readTable(file: string): Promise<ReadonlyMap<string, number>> {
  const text = await readFile(file, 'utf8').catch(() => '');
  return new Map([...text.matchAll(/^(\S+) (\d+)$/gm)].map(match => [match[1]!, Number(match[2])]));
}

/** Kubernetes: the working set is what is used, less the file pages that could go at once. */
export function workingSet(usageBytes: number, inactiveFileBytes: number): number {
  return Math.max(0, usageBytes - inactiveFileBytes);
}
