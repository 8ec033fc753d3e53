/**
 * containerd beneath a node: a process of our own (`ContainerdProcess`) that outlives us and is found again, and the
 * runtime port on its socket (`ContainerdRuntime`): CRI, plus containerd's events and image imports.
 *
 * Owns containerd's and CNI's configuration and the pause image. Does not decide which pods run. Start reading at
 * `process/containerd-process.ts`, then `containerd-runtime.ts`.
 */
export { type BridgeNetwork, formatCniConfig, writeCniConfig } from './cni-config.ts';
export { ContainerdRuntime } from './containerd-runtime.ts';
export { createPauseProgram, normalizeReference } from './images/index.ts';
export {
  type ContainerdLayout,
  type ContainerdOptions,
  ContainerdProcess,
  containerdLayout,
  findCniPlugins,
  findProgram,
  searchPath,
} from './process/index.ts';
