import { stat } from 'node:fs/promises';
import {
  ContainerdProcess,
  ContainerdRuntime,
  containerdLayout,
  writeCniConfig,
} from '../../../drivers/containerd/index.ts';
import type { Log } from '../../../world/index.ts';
import { CommandError } from '../../command-error.ts';
import { showProgress } from '../progress.ts';
import type { UpOptions } from '../up-options.ts';

/** The containerd of a node, ours or somebody else's. */
export interface NodeContainerd {
  readonly socket: string;
  readonly runtime: ContainerdRuntime;
  hasRunningPods(): Promise<boolean>;
  /** Lets go of it, and ends it where it is ours and nothing needs it any more. */
  stop(isNeeded: boolean): Promise<void>;
}

/** Starts or adopts our own, or uses the one that `--containerd-address` names. */
export async function startNodeContainerd(options: UpOptions, log: Log, nodeRange: string): Promise<NodeContainerd> {
  const { containerdSocket } = options;
  if (containerdSocket !== undefined) return useForeign(containerdSocket);
  const directory = options.directory.containerd;
  const layout = containerdLayout(directory);
  await writeCniConfig(layout.cniConfigDirectory, {
    bridge: layout.bridge,
    podCidrs: [nodeRange],
    stateDirectory: layout.cniStateDirectory,
  });
  const process = await showProgress('starting containerd', () =>
    ContainerdProcess.start({ directory, log: log.child('containerd') }),
  );
  const runtime = new ContainerdRuntime(layout.socket);
  return {
    socket: layout.socket,
    runtime,
    hasRunningPods: () => hasRunningPods(runtime),
    async stop(isNeeded) {
      runtime.close();
      await (isNeeded ? process.detach() : process.stop());
    },
  };
}

async function useForeign(socket: string): Promise<NodeContainerd> {
  const found = await stat(socket).catch(() => undefined);
  if (found?.isSocket() !== true) {
    throw new CommandError(`--containerd-address: there is no socket ${socket}; is that containerd running?`);
  }
  const runtime = new ContainerdRuntime(socket);
  try {
    await runtime.status();
  } catch (error) {
    throw new CommandError(`--containerd-address: no containerd answers on ${socket}: ${(error as Error).message}`, {
      cause: error,
    });
  }
  return { socket, runtime, hasRunningPods: () => hasRunningPods(runtime), stop: async () => runtime.close() };
}

async function hasRunningPods(runtime: ContainerdRuntime): Promise<boolean> {
  return (await runtime.listPodSandboxes()).some(({ state }) => state === 'ready');
}
