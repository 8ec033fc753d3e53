import type { Node, Pod } from '../../api/generated/index.ts';
import { quoteGo } from '../../machinery/index.ts';
import { demandOf, type HostPort, matchesNodeSelection } from '../../scheduling/index.ts';
import { normalizeSysctl } from '../containers/index.ts';
import { type Amounts, amountOf, podRequests } from '../facts/index.ts';
import { isTerminalPhase, type PhaseOverride } from '../status/index.ts';

const everyAddress = '0.0.0.0';

/**
 * Kubernetes: the kubelet's own admission. Why this node cannot run the pod; undefined when it can. `others` are the
 * pods that it runs already.
 */
export function admitPod(pod: Pod, node: Node, others: readonly Pod[]): PhaseOverride | undefined {
  return (
    checkOs(pod) ??
    checkSysctls(pod) ??
    checkResources(pod, node, others) ??
    checkNodeSelection(pod, node) ??
    checkHostPorts(pod, others)
  );
}

function checkOs(pod: Pod): PhaseOverride | undefined {
  const os = pod.spec.os?.name;
  if (os === undefined || os === 'linux') return undefined;
  return { reason: 'PodOSNotSupported', message: "Failed to admit pod as the OS field doesn't match node OS" };
}

function checkNodeSelection(pod: Pod, node: Node): PhaseOverride | undefined {
  if (matchesNodeSelection(pod, node)) return undefined;
  const message = "Predicate NodeAffinity failed: node(s) didn't match Pod's node affinity/selector";
  return { reason: 'NodeAffinity', message };
}

/** Kubernetes: extended resources that the node does not know at all are somebody else's affair. */
export function checkResources(pod: Pod, node: Node, others: readonly Pod[]): PhaseOverride | undefined {
  const allocatable = node.status?.allocatable ?? {};
  const active = others.filter(other => !isTerminalPhase(other.status?.phase));
  const asked = podRequests(pod);
  const podsMax = amountOf(allocatable, 'pods');
  if (podsMax > 0 && active.length + 1 > podsMax) return outOf('pods', 1, active.length, podsMax);
  const used = sum(active.map(podRequests));
  for (const [resource, amount] of asked) {
    const isKnown = allocatable[resource] !== undefined;
    if (amount === 0 || !isKnown) continue;
    const capacity = amountOf(allocatable, resource);
    const taken = used.get(resource) ?? 0;
    if (amount > capacity - taken) return outOf(resource, amount, taken, capacity);
  }
  return undefined;
}

function outOf(resource: string, requested: number, used: number, capacity: number): PhaseOverride {
  const numbers = `requested: ${requested}, used: ${used}, capacity: ${capacity}`;
  return { reason: `OutOf${resource}`, message: `Node didn't have enough resource: ${resource}, ${numbers}` };
}

function sum(all: readonly Amounts[]): Amounts {
  const total: Amounts = new Map();
  for (const amounts of all) for (const [name, amount] of amounts) total.set(name, (total.get(name) ?? 0) + amount);
  return total;
}

function checkHostPorts(pod: Pod, others: readonly Pod[]): PhaseOverride | undefined {
  const { hostPorts } = demandOf(pod);
  if (hostPorts.length === 0) return undefined;
  const active = others.filter(other => !isTerminalPhase(other.status?.phase));
  const taken = active.flatMap(other => demandOf(other).hostPorts);
  if (!hostPorts.some(wanted => taken.some(port => isSamePort(wanted, port)))) return undefined;
  const message = "Predicate NodePorts failed: node(s) didn't have free ports for the requested pod ports";
  return { reason: 'NodePorts', message };
}

/** A port of all addresses is a port of each. */
function isSamePort(one: HostPort, other: HostPort): boolean {
  if (one.port !== other.port || one.protocol !== other.protocol) return false;
  return one.address === other.address || one.address === everyAddress || other.address === everyAddress;
}

/** Kubernetes: sysctls that are namespaced and can do no harm beyond the pod. */
const safeSysctls: ReadonlyMap<string, 'net' | 'ipc'> = new Map([
  ['kernel.shm_rmid_forced', 'ipc'],
  ['net.ipv4.ip_local_port_range', 'net'],
  ['net.ipv4.tcp_syncookies', 'net'],
  ['net.ipv4.ping_group_range', 'net'],
  ['net.ipv4.ip_unprivileged_port_start', 'net'],
  ['net.ipv4.ip_local_reserved_ports', 'net'],
  ['net.ipv4.tcp_keepalive_time', 'net'],
  ['net.ipv4.tcp_fin_timeout', 'net'],
  ['net.ipv4.tcp_keepalive_intvl', 'net'],
  ['net.ipv4.tcp_keepalive_probes', 'net'],
  ['net.ipv4.tcp_rmem', 'net'],
  ['net.ipv4.tcp_wmem', 'net'],
]);

function checkSysctls(pod: Pod): PhaseOverride | undefined {
  for (const { name } of pod.spec.securityContext?.sysctls ?? []) {
    const problem = judgeSysctl(normalizeSysctl(name), pod);
    if (problem !== undefined) return { reason: 'SysctlForbidden', message: `forbidden sysctl: ${problem}` };
  }
  return undefined;
}

function judgeSysctl(name: string, pod: Pod): string | undefined {
  const namespace = safeSysctls.get(name);
  if (namespace === undefined) return `${quoteGo(name)} not allowlisted`;
  const isShared = namespace === 'net' ? pod.spec.hostNetwork === true : pod.spec.hostIPC === true;
  return isShared ? `${quoteGo(name)} not allowed with host ${namespace} enabled` : undefined;
}
