/**
 * A containerd of our own: where its files lie, how it is configured for this machine, and how it outlives us and is
 * found again.
 *
 * Start reading at `containerd-process.ts`.
 */
export { type ContainerdSettings, formatContainerdConfig } from './containerd-config.ts';
export { type ContainerdOptions, ContainerdProcess } from './containerd-process.ts';
export { type ContainerdLayout, containerdLayout } from './layout.ts';
export { findCniPlugins, findProgram, searchPath } from './machine-abilities.ts';
