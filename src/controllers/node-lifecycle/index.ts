/**
 * What follows from a node falling silent: conditions, taints, and the eviction of its pods.
 *
 * Absent: the events RegisteredNode and RemovingNode, and that of an eviction that is called off, which all need a memory.
 *
 * Start reading at `node-lifecycle.ts`.
 */
export { isNodeReady } from './node-health.ts';
export { nodeLifecycleController, podsByNode } from './node-lifecycle.ts';
export { taintEvictionController } from './taint-eviction.ts';
