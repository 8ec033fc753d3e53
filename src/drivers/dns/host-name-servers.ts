import { readFileSync, statSync } from 'node:fs';
import { readNameServers } from '../../network/index.ts';

const lookAgainMs = 5000;

/**
 * The name servers of the host, as a function to be asked as often as one likes: looks every five seconds whether the
 * file has changed, since a laptop's does with every network it joins. Without the file there are none.
 */
export function followHostNameServers(path = '/etc/resolv.conf'): () => readonly string[] {
  let servers: readonly string[] = [];
  let lookedMs = Number.NEGATIVE_INFINITY;
  let version = '';
  return () => {
    const now = performance.now();
    if (now - lookedMs < lookAgainMs) return servers;
    lookedMs = now;
    const stat = statSync(path, { throwIfNoEntry: false });
    const seen = stat === undefined ? 'none' : `${stat.mtimeMs} ${stat.ino} ${stat.size}`;
    if (seen !== version) servers = stat === undefined ? [] : readNameServers(readFileSync(path, 'utf8'));
    version = seen;
    return servers;
  };
}
