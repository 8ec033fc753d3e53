import { readdirSync, readFileSync } from 'node:fs';

/** The first process of a container: the lowest id among those in its cgroup. */
export function findProcessOf(containerId: string): number {
  const ids = readdirSync('/proc')
    .filter(name => /^\d+$/.test(name))
    .map(Number);
  const found = ids.sort((a, b) => a - b).find(pid => cgroupOf(pid).includes(containerId));
  if (found === undefined) throw new Error(`no process of container ${containerId}`);
  return found;
}

function cgroupOf(pid: number): string {
  try {
    return readFileSync(`/proc/${pid}/cgroup`, 'utf8');
  } catch {
    // Ended since it was listed.
    return '';
  }
}
