/** The name servers that a resolv.conf names, in its order. */
export function readNameServers(text: string): string[] {
  const servers: string[] = [];
  for (const line of text.split('\n')) {
    const [keyword, address] = line.trim().split(/\s+/);
    if (keyword === 'nameserver' && address !== undefined && !servers.includes(address)) servers.push(address);
  }
  return servers;
}
