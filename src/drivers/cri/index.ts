/**
 * The Container Runtime Interface, v1, over a unix socket: `CriClient` is the node's `ContainerRuntime` port but for
 * what CRI does not say (containerd's own events and image import, see `../containerd`).
 *
 * Owns CRI's messages, their conversion from and to the port's shapes, and the streaming side (exec, attach,
 * port-forward). Start reading at `cri-client.ts`.
 */
export { CriClient } from './cri-client.ts';
export { ignoringNotFound, toRuntimeError } from './runtime-failure.ts';
