import { field, integer, message, repeated, string, textMap, unsigned } from '../grpc/index.ts';

/** CRI v1 (k8s.io/cri-api v0.36): statistics. Field numbers are the contract. */

const uint64Value = message({ value: field(1, unsigned) });
const attributes = message({
  id: field(1, string),
  // Containers have a name and an attempt, sandboxes more; only the name is wanted.
  metadata: field(2, message({ name: field(1, string) })),
  labels: textMap(3),
});
const cpuUsage = message({
  timestamp: field(1, integer),
  usageCoreNanoSeconds: field(2, uint64Value),
  usageNanoCores: field(3, uint64Value),
});
const memoryUsage = message({
  timestamp: field(1, integer),
  workingSetBytes: field(2, uint64Value),
  availableBytes: field(3, uint64Value),
  usageBytes: field(4, uint64Value),
  rssBytes: field(5, uint64Value),
  pageFaults: field(6, uint64Value),
  majorPageFaults: field(7, uint64Value),
});
export const filesystemUsage = message({
  timestamp: field(1, integer),
  fsId: field(2, message({ mountpoint: field(1, string) })),
  usedBytes: field(3, uint64Value),
  inodesUsed: field(4, uint64Value),
});
export const containerStats = message({
  attributes: field(1, attributes),
  cpu: field(2, cpuUsage),
  memory: field(3, memoryUsage),
  writableLayer: field(4, filesystemUsage),
});
export const containerStatsFilter = message({
  id: field(1, string),
  podSandboxId: field(2, string),
  labelSelector: textMap(3),
});
const interfaceUsage = message({
  name: field(1, string),
  rxBytes: field(2, uint64Value),
  rxErrors: field(3, uint64Value),
  txBytes: field(4, uint64Value),
  txErrors: field(5, uint64Value),
});
const networkUsage = message({
  timestamp: field(1, integer),
  defaultInterface: field(2, interfaceUsage),
  interfaces: repeated(3, interfaceUsage),
});
const processUsage = message({ timestamp: field(1, integer), processCount: field(2, uint64Value) });
const linuxSandboxStats = message({
  cpu: field(1, cpuUsage),
  memory: field(2, memoryUsage),
  network: field(3, networkUsage),
  process: field(4, processUsage),
  containers: repeated(5, containerStats),
});
export const sandboxStats = message({ attributes: field(1, attributes), linux: field(2, linuxSandboxStats) });
export const sandboxStatsFilter = message({ id: field(1, string), labelSelector: textMap(2) });
