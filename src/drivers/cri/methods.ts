import { bool, bytes, field, integer, type Message, message, repeated, string, unaryMethod } from '../grpc/index.ts';
import {
  containerConfig,
  containerFilter,
  containerStatus,
  containerSummary,
  imageSpec,
} from './container-messages.ts';
import { authConfig, image } from './image-messages.ts';
import { linuxResources, sandboxConfig, sandboxFilter, sandboxStatus, sandboxSummary } from './sandbox-messages.ts';
import {
  containerStats,
  containerStatsFilter,
  filesystemUsage,
  sandboxStats,
  sandboxStatsFilter,
} from './stats-messages.ts';

/** The methods of CRI v1's RuntimeService and ImageService that a node calls. */

const runtime = <In, Out>(name: string, request: Message<In, unknown>, response: Message<unknown, Out>) =>
  unaryMethod(`/runtime.v1.RuntimeService/${name}`, request, response);
const images = <In, Out>(name: string, request: Message<In, unknown>, response: Message<unknown, Out>) =>
  unaryMethod(`/runtime.v1.ImageService/${name}`, request, response);

const empty = message({});
const ofSandbox = message({ podSandboxId: field(1, string) });
const ofContainer = message({ containerId: field(1, string) });
const url = message({ url: field(1, string) });

export const version = runtime(
  'Version',
  message({ version: field(1, string) }),
  message({ runtimeName: field(2, string), runtimeVersion: field(3, string) }),
);

const condition = message({
  type: field(1, string),
  status: field(2, bool),
  reason: field(3, string),
  message: field(4, string),
});
export const status = runtime(
  'Status',
  message({ verbose: field(1, bool) }),
  message({
    status: field(1, message({ conditions: repeated(1, condition) })),
    runtimeHandlers: repeated(3, message({ name: field(1, string) })),
  }),
);

export const runPodSandbox = runtime(
  'RunPodSandbox',
  message({ config: field(1, sandboxConfig), runtimeHandler: field(2, string) }),
  ofSandbox,
);
export const stopPodSandbox = runtime('StopPodSandbox', ofSandbox, empty);
export const removePodSandbox = runtime('RemovePodSandbox', ofSandbox, empty);
export const podSandboxStatus = runtime('PodSandboxStatus', ofSandbox, message({ status: field(1, sandboxStatus) }));
export const listPodSandbox = runtime(
  'ListPodSandbox',
  message({ filter: field(1, sandboxFilter) }),
  message({ items: repeated(1, sandboxSummary) }),
);

export const createContainer = runtime(
  'CreateContainer',
  message({
    podSandboxId: field(1, string),
    config: field(2, containerConfig),
    sandboxConfig: field(3, sandboxConfig),
  }),
  ofContainer,
);
export const startContainer = runtime('StartContainer', ofContainer, empty);
export const stopContainer = runtime(
  'StopContainer',
  message({ containerId: field(1, string), timeout: field(2, integer) }),
  empty,
);
export const removeContainer = runtime('RemoveContainer', ofContainer, empty);
export const listContainers = runtime(
  'ListContainers',
  message({ filter: field(1, containerFilter) }),
  message({ containers: repeated(1, containerSummary) }),
);
export const containerStatusMethod = runtime(
  'ContainerStatus',
  ofContainer,
  message({ status: field(1, containerStatus) }),
);
export const updateContainerResources = runtime(
  'UpdateContainerResources',
  message({ containerId: field(1, string), linux: field(2, linuxResources) }),
  empty,
);
export const reopenContainerLog = runtime('ReopenContainerLog', ofContainer, empty);

export const execSync = runtime(
  'ExecSync',
  message({ containerId: field(1, string), cmd: repeated(2, string), timeout: field(3, integer) }),
  message({ stdout: field(1, bytes), stderr: field(2, bytes), exitCode: field(3, integer) }),
);
export const exec = runtime(
  'Exec',
  message({
    containerId: field(1, string),
    cmd: repeated(2, string),
    tty: field(3, bool),
    stdin: field(4, bool),
    stdout: field(5, bool),
    stderr: field(6, bool),
  }),
  url,
);
export const attach = runtime(
  'Attach',
  message({
    containerId: field(1, string),
    stdin: field(2, bool),
    tty: field(3, bool),
    stdout: field(4, bool),
    stderr: field(5, bool),
  }),
  url,
);
export const portForward = runtime(
  'PortForward',
  message({ podSandboxId: field(1, string), port: repeated(2, integer) }),
  url,
);

export const containerStatsMethod = runtime(
  'ContainerStats',
  ofContainer,
  message({ stats: field(1, containerStats) }),
);
export const listContainerStats = runtime(
  'ListContainerStats',
  message({ filter: field(1, containerStatsFilter) }),
  message({ stats: repeated(1, containerStats) }),
);
export const podSandboxStats = runtime('PodSandboxStats', ofSandbox, message({ stats: field(1, sandboxStats) }));
export const listPodSandboxStats = runtime(
  'ListPodSandboxStats',
  message({ filter: field(1, sandboxStatsFilter) }),
  message({ stats: repeated(1, sandboxStats) }),
);

const ofImage = message({ image: field(1, imageSpec) });
export const listImages = images(
  'ListImages',
  message({ filter: field(1, ofImage) }),
  message({ images: repeated(1, image) }),
);
export const imageStatus = images('ImageStatus', ofImage, message({ image: field(1, image) }));
export const pullImage = images(
  'PullImage',
  message({ image: field(1, imageSpec), auth: field(2, authConfig) }),
  message({ imageRef: field(1, string) }),
);
export const removeImage = images('RemoveImage', ofImage, empty);
export const imageFsInfo = images('ImageFsInfo', empty, message({ imageFilesystems: repeated(1, filesystemUsage) }));
