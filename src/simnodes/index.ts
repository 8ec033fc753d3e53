/**
 * Nodes without machines: each registers, renews its Lease every ten seconds, reports its status, and runs pods by
 * letting time pass. To the control plane they are nodes like any other; only what happens inside a container is absent
 * (nothing listens, nothing logs).
 *
 * They can be made to fail and to come back, which is what rehearsals and simulations are for. In the real world they
 * let a control plane be tried at any size on one machine (`sampan up --nodes simulated:100`).
 *
 * Start reading at `simulated-node.ts`; what a pod does over time is decided in `pod-lifecycle.ts`.
 */
export { defaultNodeShape, type NodeShape } from './node-object.ts';
export { podAnnotations } from './pod-lifecycle.ts';
export { SimulatedNode, type SimulatedNodeOptions } from './simulated-node.ts';
export { SimulatedNodes, type SimulatedNodesOptions } from './simulated-nodes.ts';
