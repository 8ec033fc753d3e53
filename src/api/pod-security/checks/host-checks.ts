import type { Container, LifecycleHandler, Probe } from '../../generated/index.ts';
import {
  allContainers,
  type CheckPod,
  nameContainers,
  nameSetters,
  namesWhere,
  type PodSecurityCheck,
  pluralize,
  quoteAll,
  sortedSet,
} from '../pod-security-check.ts';

const checkHostNamespaces: CheckPod = ({ spec }) => {
  const shared = (['hostNetwork', 'hostPID', 'hostIPC'] as const).filter(field => spec[field] === true);
  if (shared.length === 0) return undefined;
  return { reason: 'host namespaces', detail: shared.map(field => `${field}=true`).join(', ') };
};

const checkHostPathVolumes: CheckPod = ({ spec }) => {
  const volumes = (spec.volumes ?? []).filter(volume => volume.hostPath !== undefined).map(({ name }) => name);
  if (volumes.length === 0) return undefined;
  return {
    reason: 'hostPath volumes',
    detail: `${pluralize('volume', 'volumes', volumes.length)} ${quoteAll(volumes)}`,
  };
};

const checkHostPorts: CheckPod = ({ spec }) => {
  const names = namesWhere(spec, container => hostPortsOf(container).length > 0);
  if (names.length === 0) return undefined;
  const ports = sortedSet(allContainers(spec).flatMap(hostPortsOf));
  const uses = pluralize('uses', 'use', names.length);
  const what = pluralize('hostPort', 'hostPorts', ports.length);
  return { reason: 'hostPort', detail: `${nameContainers(names)} ${uses} ${what} ${ports.join(', ')}` };
};

function hostPortsOf({ ports }: Container): readonly string[] {
  return (ports ?? []).filter(({ hostPort }) => (hostPort ?? 0) !== 0).map(({ hostPort }) => String(hostPort));
}

const checkHostsOfProbes: CheckPod = ({ spec }) => {
  const names = sortedSet(namesWhere(spec, container => foreignHostsOf(container).length > 0));
  if (names.length === 0) return undefined;
  const hosts = sortedSet(allContainers(spec).flatMap(foreignHostsOf));
  const uses = pluralize('uses', 'use', names.length);
  const what = pluralize('probe or lifecycle host', 'probe or lifecycle hosts', hosts.length);
  return { reason: 'probe or lifecycle host', detail: `${nameContainers(names)} ${uses} ${what} ${quoteAll(hosts)}` };
};

function foreignHostsOf({ livenessProbe, readinessProbe, startupProbe, lifecycle }: Container): readonly string[] {
  const handlers = [livenessProbe, readinessProbe, startupProbe, lifecycle?.postStart, lifecycle?.preStop];
  return handlers.flatMap(handler => [...hostOf(handler?.httpGet), ...hostOf(handler?.tcpSocket)]);
}

function hostOf(action: Probe['tcpSocket'] | LifecycleHandler['httpGet']): readonly string[] {
  return action?.host === undefined || action.host === '' ? [] : [action.host];
}

const checkWindowsHostProcess: CheckPod = ({ spec }) => {
  const setters = nameSetters(
    spec.securityContext?.windowsOptions?.hostProcess === true,
    namesWhere(spec, ({ securityContext }) => securityContext?.windowsOptions?.hostProcess === true),
  );
  if (setters === '') return undefined;
  return { reason: 'hostProcess', detail: `${setters} must not set securityContext.windowsOptions.hostProcess=true` };
};

/** What a pod takes of its node: namespaces, files, ports, other hosts. */
export const hostChecks: readonly PodSecurityCheck[] = [
  { id: 'hostNamespaces', level: 'baseline', versions: [{ since: 0, check: checkHostNamespaces }] },
  { id: 'hostPathVolumes', level: 'baseline', versions: [{ since: 0, check: checkHostPathVolumes }] },
  { id: 'hostPorts', level: 'baseline', versions: [{ since: 0, check: checkHostPorts }] },
  { id: 'hostProbesAndHostLifecycle', level: 'baseline', versions: [{ since: 34, check: checkHostsOfProbes }] },
  { id: 'windowsHostProcess', level: 'baseline', versions: [{ since: 0, check: checkWindowsHostProcess }] },
];
