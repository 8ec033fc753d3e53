import type { Pod } from '../../api/generated/index.ts';
import type { DnsConfig, SandboxConfig, SandboxSecurity } from '../runtime/index.ts';
import { sandboxLabels } from '../runtime-pods/index.ts';
import { withoutAbsent } from '../without-absent.ts';
import { namespacesOf } from './namespaces.ts';
import { portMappingsOf } from './port-mappings.ts';
import { isPrivileged, policyOf, supplementalGroupsOf } from './security.ts';

export interface SandboxPlace {
  readonly dns: DnsConfig;
  readonly hostname: string;
  readonly logDirectory: string;
  readonly cgroupParent: string;
  /** Tells the node's own sandboxes from another's on the same runtime. */
  readonly owner: string;
}

/** Kubernetes: generatePodSandboxConfig. */
export function buildSandboxConfig(pod: Pod, attempt: number, place: SandboxPlace): SandboxConfig {
  const { name = '', namespace = '', uid = '', annotations } = pod.metadata;
  const isHostNetwork = pod.spec.hostNetwork === true;
  const ports = portMappingsOf(pod);
  return withoutAbsent<SandboxConfig>({
    metadata: { name, namespace, uid, attempt },
    // In the host's UTS namespace there is no name to be set: runc refuses it.
    hostname: isHostNetwork ? undefined : place.hostname,
    logDirectory: place.logDirectory,
    dns: place.dns,
    portMappings: isHostNetwork || ports.length === 0 ? undefined : ports,
    labels: sandboxLabels(pod, place.owner),
    annotations,
    cgroupParent: place.cgroupParent,
    sysctls: sysctlsOf(pod),
    security: sandboxSecurity(pod),
  });
}

/** Kubernetes: the kernel knows a sysctl by dots; slashes separate where a name has dots itself. */
function sysctlsOf(pod: Pod): Readonly<Record<string, string>> | undefined {
  const sysctls = pod.spec.securityContext?.sysctls;
  if (sysctls === undefined || sysctls.length === 0) return undefined;
  return Object.fromEntries(sysctls.map(({ name, value }) => [normalizeSysctl(name), value]));
}

export function normalizeSysctl(name: string): string {
  const first = /[./]/.exec(name)?.[0];
  if (first !== '/') return name;
  return name.replace(/[./]/g, letter => (letter === '/' ? '.' : '/'));
}

function sandboxSecurity(pod: Pod): SandboxSecurity {
  const { runAsUser, runAsGroup } = pod.spec.securityContext ?? {};
  return withoutAbsent<SandboxSecurity>({
    namespaces: namespacesOf(pod),
    runAsUser,
    runAsGroup,
    supplementalGroups: supplementalGroupsOf(pod),
    supplementalGroupsPolicy: policyOf(pod),
    privileged: isPrivileged(pod),
    // The pause process needs nothing that the default filter forbids.
    seccomp: { kind: 'runtimeDefault' },
  });
}
