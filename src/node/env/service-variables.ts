import type { Service } from '../../api/generated/index.ts';
import { compareText } from '../../machinery/index.ts';

/** Kubernetes: services of the pod's namespace if it wants links, and always the API server's. */
export function serviceVariables(
  services: readonly Service[],
  namespace: string,
  wantsLinks: boolean,
): ReadonlyMap<string, string> {
  const chosen = new Map<string, Service>();
  for (const service of services) {
    const { name = '', namespace: home } = service.metadata;
    if (!hasAddress(service)) continue;
    if (home === namespace && wantsLinks) chosen.set(name, service);
    else if (home === 'default' && name === 'kubernetes' && !chosen.has(name)) chosen.set(name, service);
  }
  const variables = new Map<string, string>();
  for (const name of [...chosen.keys()].sort(compareText)) describe(chosen.get(name)!, variables);
  return variables;
}

function hasAddress(service: Service): boolean {
  const address = service.spec.clusterIP ?? '';
  return address !== '' && address !== 'None';
}

function describe(service: Service, variables: Map<string, string>): void {
  const prefix = toVariableName(service.metadata.name ?? '');
  const address = service.spec.clusterIP ?? '';
  const ports = service.spec.ports ?? [];
  variables.set(`${prefix}_SERVICE_HOST`, address);
  if (ports[0] !== undefined) variables.set(`${prefix}_SERVICE_PORT`, String(ports[0].port));
  for (const { name = '', port } of ports) {
    if (name !== '') variables.set(`${prefix}_SERVICE_PORT_${toVariableName(name)}`, String(port));
  }
  ports.forEach(({ port, protocol = 'TCP' }, index) => {
    const url = `${protocol.toLowerCase()}://${address.includes(':') ? `[${address}]` : address}:${port}`;
    if (index === 0) variables.set(`${prefix}_PORT`, url);
    const link = `${prefix}_PORT_${port}_${protocol.toUpperCase()}`;
    variables.set(link, url);
    variables.set(`${link}_PROTO`, protocol.toLowerCase());
    variables.set(`${link}_PORT`, String(port));
    variables.set(`${link}_ADDR`, address);
  });
}

function toVariableName(name: string): string {
  return name.replaceAll('-', '_').toUpperCase();
}
