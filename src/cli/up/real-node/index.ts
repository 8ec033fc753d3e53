/**
 * The node that is this machine: containerd, the pods' bridge, the Services' rules, DNS and the node agent, assembled.
 * Several clusters share a host by names and ranges of their own, derived from their data directories.
 *
 * Start reading at `prepare-real-node.ts`.
 */
export { prepareRealNode } from './prepare-real-node.ts';
