import { bool, field, integer, message, repeated, string, textMap, unsigned } from '../grpc/index.ts';

/** CRI v1 (k8s.io/cri-api v0.36): sandboxes and what containers share with them. Field numbers are the contract. */

const int64Value = message({ value: field(1, integer) });
const idMapping = message({ hostId: field(1, unsigned), containerId: field(2, unsigned), length: field(3, unsigned) });
const userNamespace = message({
  mode: field(1, integer),
  uids: repeated(2, idMapping),
  gids: repeated(3, idMapping),
});

export const namespaceOption = message({
  network: field(1, integer),
  pid: field(2, integer),
  ipc: field(3, integer),
  targetId: field(4, string),
  usernsOptions: field(5, userNamespace),
});

export const securityProfile = message({ profileType: field(1, integer), localhostRef: field(2, string) });
export const selinuxOption = message({
  user: field(1, string),
  role: field(2, string),
  type: field(3, string),
  level: field(4, string),
});
export const optionalInteger = int64Value;
export const mountIdMapping = idMapping;

const hugepageLimit = message({ pageSize: field(1, string), limit: field(2, unsigned) });

export const linuxResources = message({
  cpuPeriod: field(1, integer),
  cpuQuota: field(2, integer),
  cpuShares: field(3, integer),
  memoryLimitInBytes: field(4, integer),
  oomScoreAdj: field(5, integer),
  cpusetCpus: field(6, string),
  cpusetMems: field(7, string),
  hugepageLimits: repeated(8, hugepageLimit),
  unified: textMap(9),
  memorySwapLimitInBytes: field(10, integer),
});

const sandboxMetadata = message({
  name: field(1, string),
  uid: field(2, string),
  namespace: field(3, string),
  attempt: field(4, unsigned),
});
const dnsConfig = message({
  servers: repeated(1, string),
  searches: repeated(2, string),
  options: repeated(3, string),
});
const portMapping = message({
  protocol: field(1, integer),
  containerPort: field(2, integer),
  hostPort: field(3, integer),
  hostIp: field(4, string),
});
const sandboxSecurityContext = message({
  namespaceOptions: field(1, namespaceOption),
  selinuxOptions: field(2, selinuxOption),
  runAsUser: field(3, int64Value),
  readonlyRootfs: field(4, bool),
  supplementalGroups: repeated(5, integer),
  privileged: field(6, bool),
  runAsGroup: field(8, int64Value),
  seccomp: field(9, securityProfile),
  apparmor: field(10, securityProfile),
  supplementalGroupsPolicy: field(11, integer),
});
const linuxSandboxConfig = message({
  cgroupParent: field(1, string),
  securityContext: field(2, sandboxSecurityContext),
  sysctls: textMap(3),
  overhead: field(4, linuxResources),
  resources: field(5, linuxResources),
});
export const sandboxConfig = message({
  metadata: field(1, sandboxMetadata),
  hostname: field(2, string),
  logDirectory: field(3, string),
  dnsConfig: field(4, dnsConfig),
  portMappings: repeated(5, portMapping),
  labels: textMap(6),
  annotations: textMap(7),
  linux: field(8, linuxSandboxConfig),
});

const podIp = message({ ip: field(1, string) });
const networkStatus = message({ ip: field(1, string), additionalIps: repeated(2, podIp) });
const namespaceStatus = message({ options: field(2, namespaceOption) });
const linuxSandboxStatus = message({ namespaces: field(1, namespaceStatus) });
export const sandboxStatus = message({
  id: field(1, string),
  metadata: field(2, sandboxMetadata),
  state: field(3, integer),
  createdAt: field(4, integer),
  network: field(5, networkStatus),
  linux: field(6, linuxSandboxStatus),
  labels: textMap(7),
  annotations: textMap(8),
  runtimeHandler: field(9, string),
});
export const sandboxSummary = message({
  id: field(1, string),
  metadata: field(2, sandboxMetadata),
  state: field(3, integer),
  createdAt: field(4, integer),
  labels: textMap(5),
  annotations: textMap(6),
  runtimeHandler: field(7, string),
});
const sandboxStateValue = message({ state: field(1, integer) });
export const sandboxFilter = message({
  id: field(1, string),
  state: field(2, sandboxStateValue),
  labelSelector: textMap(3),
});
