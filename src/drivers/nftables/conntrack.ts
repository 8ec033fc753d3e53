import type { TrackedFlow } from '../../network/index.ts';

/**
 * Reads the lines of `conntrack -L`:
 *
 *     udp 17 27 src=10.1.0.2 dst=10.96.0.10 sport=40000 dport=53 src=10.1.0.9 dst=10.1.0.2 sport=5353 dport=40000 …
 *
 * The first four are the original direction, the second four the reply's.
 */
export function readFlows(text: string): TrackedFlow[] {
  const flows: TrackedFlow[] = [];
  for (const line of text.split('\n')) {
    const fields = [...line.matchAll(/\b(src|dst|sport|dport)=(\S+)/g)];
    const of = (name: string): string[] => fields.filter(field => field[1] === name).map(field => field[2]!);
    const [sources, destinations, sourcePorts, destinationPorts] = [of('src'), of('dst'), of('sport'), of('dport')];
    if (sources.length < 2 || sourcePorts.length < 2) continue;
    flows.push({
      originalSource: sources[0]!,
      originalSourcePort: Number(sourcePorts[0]),
      originalDestination: destinations[0]!,
      originalDestinationPort: Number(destinationPorts[0]),
      replySource: sources[1]!,
      replySourcePort: Number(sourcePorts[1]),
    });
  }
  return flows;
}

/**
 * The arguments of `conntrack` that delete these flows: one call for all that lead from one frontend to one backend,
 * whoever their clients are. A call costs some milliseconds, and a busy frontend has thousands of clients.
 */
export function deletionsOf(flows: readonly TrackedFlow[]): string[][] {
  const calls = new Map<string, string[]>();
  for (const flow of flows) {
    const family = flow.originalDestination.includes(':') ? 'ipv6' : 'ipv4';
    const call = [
      ...['-D', '-f', family, '-p', 'udp'],
      ...['--orig-dst', flow.originalDestination, '--orig-port-dst', String(flow.originalDestinationPort)],
      ...['--reply-src', flow.replySource, '--reply-port-src', String(flow.replySourcePort)],
    ];
    calls.set(call.join(' '), call);
  }
  return [...calls.values()];
}
