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

/** The arguments of `conntrack` that delete exactly this flow. */
export function deletionOf(flow: TrackedFlow): string[] {
  const family = flow.originalDestination.includes(':') ? 'ipv6' : 'ipv4';
  return [
    ...['-D', '-f', family, '-p', 'udp'],
    ...['--orig-src', flow.originalSource, '--sport', String(flow.originalSourcePort)],
    ...['--orig-dst', flow.originalDestination, '--dport', String(flow.originalDestinationPort)],
  ];
}
