import type { Container, Pod } from '../../api/generated/index.ts';
import { sidecarsOf } from '../facts/index.ts';
import type { PortMapping, PortProtocol } from '../runtime/index.ts';
import { withoutAbsent } from '../without-absent.ts';

/** Kubernetes: MakePortMappings. Ports of all containers; a name or a tuple that comes twice counts once. */
export function portMappingsOf(pod: Pod): readonly PortMapping[] {
  return [...pod.spec.containers, ...sidecarsOf(pod)].flatMap(portsOf);
}

function portsOf(container: Container): PortMapping[] {
  const seen = new Set<string>();
  const mappings: PortMapping[] = [];
  for (const { name, containerPort, hostPort, hostIP, protocol = 'TCP' } of container.ports ?? []) {
    const key = name ?? `${protocol}-${hostIP ?? ''}:${containerPort}:${hostPort ?? 0}`;
    if (seen.has(key)) continue;
    seen.add(key);
    const ip = hostIP === '' ? undefined : hostIP;
    mappings.push(
      withoutAbsent<PortMapping>({ protocol: protocol as PortProtocol, containerPort, hostPort, hostIp: ip }),
    );
  }
  return mappings;
}
