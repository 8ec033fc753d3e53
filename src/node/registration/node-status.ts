import type { ContainerImage, NodeAddress, NodeStatus, NodeSystemInfo } from '../../api/generated/index.ts';
import { compareText } from '../../machinery/index.ts';
import type { HostFacts, ImageSummary, RuntimeVersion } from '../runtime/index.ts';

/** The API's version: what kubectl shows as the node's. */
export const kubeletVersion = 'v1.36.0';

/** Kubernetes: a node's status names its fifty largest images, by five names each. */
const imagesMax = 50;
const namesMax = 5;

export function buildNodeInfo(facts: HostFacts, runtime: RuntimeVersion): NodeSystemInfo {
  return {
    architecture: facts.architecture,
    bootID: facts.bootId,
    containerRuntimeVersion: `${runtime.name}://${runtime.version}`,
    kernelVersion: facts.kernelVersion,
    kubeProxyVersion: '',
    kubeletVersion,
    machineID: facts.machineId,
    operatingSystem: facts.operatingSystem,
    osImage: facts.osImage,
    swap: facts.swapBytes > 0 ? { capacity: facts.swapBytes } : undefined,
    systemUUID: facts.systemUuid,
  };
}

export function buildAddresses(ips: readonly string[], hostname: string): readonly NodeAddress[] {
  return [...ips.map(address => ({ type: 'InternalIP', address })), { type: 'Hostname', address: hostname }];
}

/** One address a family, of the interface that the default route leaves by; else the first there is. */
export function chooseHostIPs(facts: HostFacts): readonly string[] {
  const chosen: string[] = [];
  for (const family of [4, 6] as const) {
    const all = facts.addresses.filter(address => address.family === family);
    const found = all.find(({ isDefault }) => isDefault) ?? (chosen.length === 0 ? all[0] : undefined);
    if (found !== undefined) chosen.push(found.ip);
  }
  return chosen.length === 0 ? ['127.0.0.1'] : chosen;
}

export function buildImages(images: readonly ImageSummary[]): readonly ContainerImage[] {
  return images
    .toSorted((left, right) => right.sizeBytes - left.sizeBytes || compareText(left.id, right.id))
    .slice(0, imagesMax)
    .map(({ repoDigests, repoTags, sizeBytes }) => ({
      names: [...repoDigests, ...repoTags].slice(0, namesMax),
      sizeBytes,
    }));
}

/** Everything but the times at which nothing has happened. */
export function comparableStatus(status: NodeStatus | undefined): unknown {
  return { ...status, conditions: status?.conditions?.map(({ lastHeartbeatTime: _, ...condition }) => condition) };
}
