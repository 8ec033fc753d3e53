import { bool, field, integer, message, repeated, string, textMap, unsigned } from '../grpc/index.ts';
import {
  linuxResources,
  mountIdMapping,
  namespaceOption,
  optionalInteger,
  securityProfile,
  selinuxOption,
} from './sandbox-messages.ts';

/** CRI v1 (k8s.io/cri-api v0.36): containers. Field numbers are the contract. */

export const imageSpec = message({
  image: field(1, string),
  annotations: textMap(2),
  userSpecifiedImage: field(18, string),
  runtimeHandler: field(19, string),
  imageRef: field(20, string),
});
const keyValue = message({ key: field(1, string), value: field(2, string) });
export const mount = message({
  containerPath: field(1, string),
  hostPath: field(2, string),
  readonly: field(3, bool),
  selinuxRelabel: field(4, bool),
  propagation: field(5, integer),
  uidMappings: repeated(6, mountIdMapping),
  gidMappings: repeated(7, mountIdMapping),
  recursiveReadOnly: field(8, bool),
  image: field(9, imageSpec),
  imageSubPath: field(10, string),
});
const device = message({ containerPath: field(1, string), hostPath: field(2, string), permissions: field(3, string) });
const cdiDevice = message({ name: field(1, string) });
const capability = message({ addCapabilities: repeated(1, string), dropCapabilities: repeated(2, string) });
const securityContext = message({
  capabilities: field(1, capability),
  privileged: field(2, bool),
  namespaceOptions: field(3, namespaceOption),
  selinuxOptions: field(4, selinuxOption),
  runAsUser: field(5, optionalInteger),
  runAsUsername: field(6, string),
  readonlyRootfs: field(7, bool),
  supplementalGroups: repeated(8, integer),
  noNewPrivs: field(11, bool),
  runAsGroup: field(12, optionalInteger),
  maskedPaths: repeated(13, string),
  readonlyPaths: repeated(14, string),
  seccomp: field(15, securityProfile),
  apparmor: field(16, securityProfile),
  supplementalGroupsPolicy: field(17, integer),
});
const linuxContainerConfig = message({
  resources: field(1, linuxResources),
  securityContext: field(2, securityContext),
});
const containerMetadata = message({ name: field(1, string), attempt: field(2, unsigned) });
export const containerConfig = message({
  metadata: field(1, containerMetadata),
  image: field(2, imageSpec),
  command: repeated(3, string),
  args: repeated(4, string),
  workingDir: field(5, string),
  envs: repeated(6, keyValue),
  mounts: repeated(7, mount),
  devices: repeated(8, device),
  labels: textMap(9),
  annotations: textMap(10),
  logPath: field(11, string),
  stdin: field(12, bool),
  stdinOnce: field(13, bool),
  tty: field(14, bool),
  linux: field(15, linuxContainerConfig),
  cdiDevices: repeated(17, cdiDevice),
  stopSignal: field(18, integer),
});

export const containerSummary = message({
  id: field(1, string),
  podSandboxId: field(2, string),
  metadata: field(3, containerMetadata),
  image: field(4, imageSpec),
  imageRef: field(5, string),
  state: field(6, integer),
  createdAt: field(7, integer),
  labels: textMap(8),
  annotations: textMap(9),
  imageId: field(10, string),
});
const containerResources = message({ linux: field(1, linuxResources) });
const linuxUser = message({
  uid: field(1, integer),
  gid: field(2, integer),
  supplementalGroups: repeated(3, integer),
});
const containerUser = message({ linux: field(1, linuxUser) });
export const containerStatus = message({
  id: field(1, string),
  metadata: field(2, containerMetadata),
  state: field(3, integer),
  createdAt: field(4, integer),
  startedAt: field(5, integer),
  finishedAt: field(6, integer),
  exitCode: field(7, integer),
  image: field(8, imageSpec),
  imageRef: field(9, string),
  reason: field(10, string),
  message: field(11, string),
  labels: textMap(12),
  annotations: textMap(13),
  mounts: repeated(14, mount),
  logPath: field(15, string),
  resources: field(16, containerResources),
  imageId: field(17, string),
  user: field(18, containerUser),
});
const containerStateValue = message({ state: field(1, integer) });
export const containerFilter = message({
  id: field(1, string),
  state: field(2, containerStateValue),
  podSandboxId: field(3, string),
  labelSelector: textMap(4),
});
